use super::*;
use crate::config::{Config, Tls};
use crate::tls::Certificates;
use salus_core::ManualClock;
use salus_outbound::testing::Authority;
use std::os::unix::fs::PermissionsExt;

const START: &str = "2026-01-05T08:00:00Z";

fn named(domains: &[&str]) -> config::Acme {
    config::Acme { domains: domains.iter().map(|name| (*name).to_owned()).collect(), ..Default::default() }
}

fn open(data: &Path, acme: &config::Acme) -> Result<Acme, Failure> {
    let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
    Acme::open(acme, &Http::default(), data, &OutboundConfig::default(), clock)
}

/// A key and a chain for these domains, as an order brings them.
fn pem(domain: &str, year: i32) -> String {
    let issued = Authority::named("House CA").issue_until(domain, "salus", year);
    format!("{}{}", issued.key_pem, issued.certificate_pem)
}

#[test]
fn what_cannot_work_is_told_in_words() {
    let acme = |change: fn(&mut config::Acme)| {
        let mut acme = named(&["salus.example"]);
        change(&mut acme);
        Tls { acme: Some(acme), ..Tls::default() }
    };
    let with = |change: fn(&mut Http)| {
        let mut http = Http { tls: Some(acme(|_| ())), ..Http::default() };
        change(&mut http);
        http
    };
    let of = |tls: Tls| Http { tls: Some(tls), ..Http::default() };
    for (http, expect) in [
        (of(acme(|_| ())), ""),
        (of(Tls::default()), "needs certificate and key, or a section [http.tls.acme]"),
        (of(Tls { key: Some("key.pem".into()), ..Tls::default() }), "both certificate and key"),
        (of(Tls { key: Some("key.pem".into()), ..acme(|_| ()) }), "not both"),
        (of(Tls { client_optional: true, ..acme(|_| ()) }), "needs http.tls.client_ca"),
        (of(acme(|acme| acme.domains.clear())), "names no domain"),
        (of(acme(|acme| acme.domains = vec!["*.example".to_owned()])), "wildcard"),
        (of(acme(|acme| acme.domains = vec!["192.0.2.1".to_owned()])), "not a name"),
        (of(acme(|acme| acme.domains = vec!["https://salus.example".to_owned()])), "leave out scheme"),
        (of(acme(|acme| acme.contact = vec!["nobody".to_owned()])), "no e-mail address"),
        (of(acme(|acme| acme.directory = "http://ca.example".to_owned())), "https://"),
        (of(acme(|acme| acme.root = Some("/nowhere/root.pem".into()))), "/nowhere/root.pem"),
        (with(|http| http.port = 80), "http.port is 80"),
        (with(|http| http.limits.public_origin = Some("http://salus.example".to_owned())), "without TLS"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { http, ..Config::default() };
        config.store.data = folder.path().to_owned();
        let told = Certificates::of(&config).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains(expect) && told.is_empty() == expect.is_empty(), "`{told}` for `{expect}`");
    }
}

#[test]
fn each_failure_waits_twice_as_long_as_the_last() {
    let minutes: Vec<i64> = (1..=12).map(|times| wait_after(times).as_secs() / 60).collect();
    assert_eq!(minutes, [2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720, 720]);
    assert_eq!(wait_after(u32::MAX), LONGEST_WAIT);
}

#[test]
fn what_is_on_the_shelf_is_for_its_owner_and_its_domains_only() {
    let folder = tempfile::tempdir().unwrap();
    let acme = open(folder.path(), &named(&["salus.example"])).unwrap();
    assert!(acme.certificate().is_none());
    acme.shelf.keep_account(b"{}").unwrap();
    acme.shelf.keep_certificate(&pem("salus.example", 2026)).unwrap();
    let told = acme.shelf.keep_certificate(&pem("other.example", 2026)).err().unwrap().to_string();
    assert!(told.contains("other domains"), "{told}");

    let place = folder.path().join("acme/acme-v02.api.letsencrypt.org-directory");
    for file in ["account.json", "certificate.pem"] {
        let mode = std::fs::metadata(place.join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file}");
    }
    assert_eq!(std::fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o700);

    let of = |domains: &[&str]| open(folder.path(), &named(domains)).map(|acme| acme.certificate().is_some());
    assert!(of(&["Salus.Example"]).unwrap());
    assert!(!of(&["salus.example", "www.salus.example"]).unwrap(), "it is for another set of names");
    let other = config::Acme { directory: "https://ca.example".to_owned(), ..named(&["salus.example"]) };
    assert!(open(folder.path(), &other).unwrap().certificate().is_none(), "it is of another authority");
    std::fs::set_permissions(place.join("certificate.pem"), PermissionsExt::from_mode(0o640)).unwrap();
    let told = of(&["salus.example"]).unwrap_err().to_string();
    assert!(told.contains("certificate.pem") && told.contains("0600"), "{told}");
}

#[test]
fn a_certificate_is_renewed_when_a_third_of_its_time_is_left() {
    let folder = tempfile::tempdir().unwrap();
    // From 2020-01-01 until 2026-12-31: 2,556 days, so that 852 are left on 2024-08-31.
    for (at, days) in [("2024-08-30T00:00:00Z", 1), ("2024-08-31T00:00:00Z", 0), ("2027-01-01T00:00:00Z", 0)]
    {
        let acme = open(folder.path(), &named(&["salus.example"])).unwrap();
        acme.shelf.keep_certificate(&pem("salus.example", 2026)).unwrap();
        let clock = Arc::new(ManualClock::at(at.parse().unwrap()));
        let held = acme.shelf.certificate().unwrap();
        let acme = Acme { clock, state: Mutex::new(State { held, ..State::default() }), ..acme };
        assert_eq!(acme.until_due().as_hours(), 24 * days, "{at}");
    }
}

#[tokio::test]
async fn a_failure_is_told_to_the_operator_and_the_certificate_stays() {
    let folder = tempfile::tempdir().unwrap();
    let acme = config::Acme { directory: "https://127.0.0.1:1/".to_owned(), ..named(&["salus.example"]) };
    let acme = open(folder.path(), &acme).unwrap();
    let shown = Shown::default();
    acme.attempt(&shown).await;
    let (is_well, words) = acme.condition();
    assert!(!is_well && words.starts_with("There is no certificate yet"), "{words}");
    assert!(words.contains("Attempt 1 to fetch one failed at 2026-01-05T08:00:00Z: 127.0.0.1"), "{words}");
    assert!(words.contains("The next is at 2026-01-05T08:02:00Z"), "{words}");
    assert_eq!(acme.until_due().as_secs(), 120);

    acme.shelf.keep_certificate(&pem("salus.example", 2026)).unwrap();
    acme.read_again(&shown);
    assert!(shown.get().is_some(), "what was put on the shelf is shown");
    acme.attempt(&shown).await;
    let (is_well, words) = acme.condition();
    assert!(!is_well && words.starts_with("The certificate is good until 2026-12-31"), "{words}");
    assert!(words.contains("Attempt 2") && acme.certificate().is_some(), "{words}");

    acme.missed("a wait that nobody asked for".to_owned());
    std::fs::remove_dir_all(folder.path().join("acme")).unwrap();
    acme.read_again(&shown);
    assert!(acme.until_due().is_zero(), "what was taken away is fetched anew, at once");
    assert!(acme.certificate().is_some() && shown.get().is_some(), "and shown until then");
}

#[tokio::test]
async fn who_asks_for_the_proof_sees_it_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let acme = Arc::new(open(folder.path(), &named(&["salus.example"])).unwrap());
    let certificates = Certificates::of_acme(Arc::clone(&acme)).unwrap();
    acme.challenges.prepare("salus.example", &[7; 32]).unwrap();
    for (name, protocol, expect) in [
        ("salus.example", "acme-tls/1", true),
        ("Salus.Example", "acme-tls/1", true),
        ("other.example", "acme-tls/1", false),
        ("salus.example", "h2", false),
    ] {
        assert_eq!(shown_to(&certificates, name, protocol).await, expect, "{name} {protocol}");
    }
    acme.challenges.forget();
    assert!(!shown_to(&certificates, "salus.example", "acme-tls/1").await, "the order is over");
}

/// Whether a client sees the proof: a certificate with the digest in an extension.
async fn shown_to(certificates: &Certificates, name: &str, protocol: &str) -> bool {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    let certificates = certificates.clone();
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        certificates.shake_hands(stream).await
    });
    let seen = Arc::new(Seen::default());
    let mut client = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(seen.clone())
        .with_no_client_auth();
    client.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = tokio::net::TcpStream::connect(place).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from(name.to_owned()).unwrap();
    let _shaken = tokio_rustls::TlsConnector::from(Arc::new(client)).connect(name, stream).await;
    let served = served.await.unwrap();
    assert!(!matches!(served, Ok(Some(_))), "nothing is answered over such a connection");
    let certificate = seen.0.lock().unwrap().clone();
    certificate.windows(34).any(|piece| piece[..2] == [0x04, 0x20] && piece[2..] == [7; 32])
}

/// Looks at a certificate instead of judging it.
#[derive(Debug, Default)]
struct Seen(Mutex<Vec<u8>>);

impl rustls::client::danger::ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        certificate: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        *self.0.lock().unwrap() = certificate.to_vec();
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
