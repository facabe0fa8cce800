//! The committed tables. The first line of each names its source, the second its columns.

pub(crate) const ALLERGENS: &str = include_str!("allergens.tsv");
pub(crate) const ANALYTES: &str = include_str!("analytes.tsv");
pub(crate) const CONDITIONS: &str = include_str!("conditions.tsv");
pub(crate) const CUES: &str = include_str!("cues.tsv");
pub(crate) const DRUG_CLASSES: &str = include_str!("drug_classes.tsv");
pub(crate) const EVERYDAY_WORDS: &str = include_str!("everyday_words.tsv");
pub(crate) const FOREIGN_NAMES: &str = include_str!("foreign_names.tsv");
pub(crate) const INGREDIENTS: &str = include_str!("ingredients.tsv");
pub(crate) const NEGATIONS: &str = include_str!("negations.tsv");
pub(crate) const PANELS: &str = include_str!("panels.tsv");
pub(crate) const PROCEDURES: &str = include_str!("procedures.tsv");
pub(crate) const RELATIONS: &str = include_str!("relations.tsv");
pub(crate) const STOP_WORDS: &str = include_str!("stop_words.tsv");
pub(crate) const TREATMENTS: &str = include_str!("treatments.tsv");
pub(crate) const VACCINES: &str = include_str!("vaccines.tsv");

/// The rows of a table, cell by cell.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(2).filter(|line| !line.is_empty()).map(|line| line.split('\t').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_names_its_source_and_has_whole_rows() {
        for table in [
            ALLERGENS,
            ANALYTES,
            CONDITIONS,
            CUES,
            DRUG_CLASSES,
            EVERYDAY_WORDS,
            FOREIGN_NAMES,
            INGREDIENTS,
            NEGATIONS,
            PANELS,
            PROCEDURES,
            RELATIONS,
            STOP_WORDS,
            TREATMENTS,
            VACCINES,
        ] {
            let mut lines = table.lines();
            assert!(lines.next().is_some_and(|line| line.starts_with("# ")));
            let columns = lines.next().unwrap().split('\t').count();
            for row in rows(table) {
                assert_eq!(row.len(), columns, "{row:?}");
            }
        }
    }
}
