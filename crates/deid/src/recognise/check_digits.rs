//! Numbers that prove themselves by a check digit.

/// Luhn's sum (ISO/IEC 7812-1, annex B) over the digits of a text; other characters are passed over.
pub(super) fn luhn(text: &str) -> bool {
    let digits: Vec<u32> = digits(text);
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => *digit,
            _ if *digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    digits.len() > 1 && sum.is_multiple_of(10)
}

/// The NHS number of England and Wales: ten digits, weights 10 to 2, modulo 11 (NHS Data Dictionary, "NHS NUMBER").
pub(super) fn nhs(text: &str) -> bool {
    let digits = digits(text);
    if digits.len() != 10 {
        return false;
    }
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        11 => digits[9] == 0,
        10 => false,
        check => digits[9] == check,
    }
}

/// IBAN: modulo 97 of the number with its head moved to its tail (ISO 13616).
pub(super) fn iban(text: &str) -> bool {
    let plain: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let turned = plain[4..].iter().chain(&plain[..4]);
    let rest = turned
        .filter_map(|letter| letter.to_digit(36))
        .fold(0, |rest, value| if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 });
    rest == 1
}

/// A vehicle identification number: 17 characters without I, O, Q; the ninth is the check (49 CFR 565.15).
pub(super) fn vin(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |letter: char| match letter {
        '0'..='9' => letter.to_digit(10),
        'A'..='H' => Some(letter as u32 - 'A' as u32 + 1),
        'J'..='N' => Some(letter as u32 - 'J' as u32 + 1),
        'P' => Some(7),
        'R' => Some(9),
        'S'..='Z' => Some(letter as u32 - 'S' as u32 + 2),
        _ => None,
    };
    let values: Option<Vec<u32>> = text.chars().map(value).collect();
    let Some(values) = values.filter(|values| values.len() == 17) else { return false };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check =
        text.chars().nth(8).and_then(|letter| if letter == 'X' { Some(10) } else { letter.to_digit(10) });
    check == Some(sum % 11)
}

/// A DEA registration number: two letters, seven digits (21 CFR 1301; sum of 1st, 3rd, 5th and twice the 2nd, 4th, 6th).
pub(super) fn dea(text: &str) -> bool {
    let digits = digits(text);
    digits.len() == 7
        && (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]
}

/// A Spanish DNI or NIE: the letter is the number modulo 23.
pub(super) fn dni(text: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let upper = text.to_ascii_uppercase();
    let number: String = upper
        .chars()
        .enumerate()
        .filter_map(|(place, letter)| match (place, letter) {
            (0, 'X') => Some('0'),
            (0, 'Y') => Some('1'),
            (0, 'Z') => Some('2'),
            (_, '0'..='9') => Some(letter),
            _ => None,
        })
        .collect();
    let letter = upper.bytes().next_back();
    number.len() == 8 && number.parse::<usize>().is_ok_and(|number| Some(LETTERS[number % 23]) == letter)
}

/// A French social security number (NIR): 13 digits and 97 less their remainder.
pub(super) fn nir(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.len() == 15
        && match (digits[..13].parse::<u64>(), digits[13..].parse::<u64>()) {
            (Ok(number), Ok(key)) => 97 - number % 97 == key,
            _ => false,
        }
}

/// A Brazilian CPF: two check digits modulo 11.
pub(super) fn cpf(text: &str) -> bool {
    let digits = digits(text);
    let check = |length: usize| {
        let sum: u32 = digits[..length].iter().zip((2..=length as u32 + 1).rev()).map(|(d, w)| d * w).sum();
        (sum * 10) % 11 % 10 == digits[length]
    };
    digits.len() == 11 && check(9) && check(10)
}

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|letter| letter.to_digit(10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Check = fn(&str) -> bool;

    #[test]
    fn each_check_takes_a_published_example_and_refuses_its_neighbour() {
        for (check, good, bad) in [
            (luhn as Check, "4111 1111 1111 1111", "4111 1111 1111 1112"),
            (luhn, "046 454 286", "046 454 287"),
            (nhs, "943 476 5919", "943 476 5918"),
            (nhs, "4010232137", "987654321"),
            (iban, "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
            (iban, "DE89370400440532013000", "DE89370400440532013001"),
            (vin, "1M8GDM9AXKP042788", "1M8GDM9AXKP042789"),
            (dea, "BB1388568", "BB1388569"),
            (dni, "12345678Z", "12345678A"),
            (dni, "X1234567L", "X1234567A"),
            (nir, "1 84 12 76 451 089 46", "1 84 12 76 451 089 47"),
            (cpf, "529.982.247-25", "529.982.247-26"),
        ] {
            assert!(check(good), "{good}");
            assert!(!check(bad), "{bad}");
        }
    }
}
