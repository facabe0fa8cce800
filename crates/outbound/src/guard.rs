//! Which addresses may be reached: a name that somebody outside gave us must not lead into the own network.
//!
//! What is checked is the very address that the connection then goes to, so that a name which resolves to one address
//! for the check and to another for the connection gains nothing.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Who named the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Perhaps somebody outside: the public internet only.
    Public,
    /// The operator, in the configuration: the own network too.
    Inside,
}

/// Resolves names, and keeps the addresses that may be reached.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) reach: Reach,
    pub(crate) allowed: Vec<IpNet>,
}

/// Told where none of the addresses may be reached.
#[derive(Debug, thiserror::Error)]
#[error("the address is not on the public internet")]
pub(crate) struct Forbidden;

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in found.iter().filter(|address| self.permits(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() { Err(ureq::Error::Other(Box::new(Forbidden))) } else { Ok(kept) }
    }
}

impl Guard {
    fn permits(&self, address: IpAddr) -> bool {
        let address = plain(address);
        if self.allowed.iter().any(|network| network.contains(&address)) {
            return true;
        }
        match special(address) {
            None => true,
            Some(Special::Inside) => self.reach == Reach::Inside,
            Some(Special::Never) => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    Inside,
    Never,
}

static SPECIAL: LazyLock<Vec<(IpNet, Special)>> = LazyLock::new(|| {
    let rows = include_str!("tables/special_addresses.tsv").lines().filter_map(|line| {
        let mut cells = line.split('\t');
        let network = cells.next()?.parse().ok()?;
        Some((network, if cells.next()? == "inside" { Special::Inside } else { Special::Never }))
    });
    rows.collect()
});

/// The narrowest network that an address is in tells what it is.
fn special(address: IpAddr) -> Option<Special> {
    let homes = SPECIAL.iter().filter(|(network, _)| network.contains(&address));
    homes.max_by_key(|(network, _)| network.prefix_len()).map(|(_, special)| *special)
}

/// An IPv4 address that wears an IPv6 one (mapped, translated or 6to4) is judged as what it is.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    inner(v6).map_or(address, IpAddr::V4)
}

fn inner(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = v6.segments();
    let of = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => of(high, low),
        [0x2002, high, low, ..] => of(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, public: bool, inside: bool) {
        for (reach, expect) in [(Reach::Public, public), (Reach::Inside, inside)] {
            let guard = Guard { reach, allowed: Vec::new() };
            assert_eq!(guard.permits(address.parse().unwrap()), expect, "{address} {reach:?}");
        }
    }

    #[test]
    fn asvs_v1_3_6_addresses_of_the_own_network_are_not_reached_for_somebody_outside() {
        check("93.184.215.14", true, true);
        check("2606:4700::1111", true, true);
        check("127.0.0.1", false, true);
        check("10.0.0.1", false, true);
        check("172.31.255.255", false, true);
        check("172.32.0.1", true, true);
        check("192.168.1.1", false, true);
        check("100.64.0.1", false, true);
        check("169.254.169.254", false, false);
        check("0.0.0.0", false, false);
        check("224.0.0.1", false, false);
        check("255.255.255.255", false, false);
        check("::", false, false);
        check("::1", false, true);
        check("fd12:3456::1", false, true);
        check("fd00:ec2::254", false, false);
        check("fe80::1", false, false);
        check("::ffff:127.0.0.1", false, true);
        check("::ffff:169.254.169.254", false, false);
        check("64:ff9b::10.0.0.1", false, true);
        check("2002:a9fe:a9fe::1", false, false);
    }

    #[test]
    fn a_listed_network_may_be_reached_whatever_it_is() {
        let guard = Guard { reach: Reach::Public, allowed: vec!["169.254.169.254/32".parse().unwrap()] };
        assert!(guard.permits("169.254.169.254".parse().unwrap()));
        assert!(!guard.permits("169.254.169.253".parse().unwrap()));
    }

    #[test]
    fn the_table_is_read_whole() {
        let rows = include_str!("tables/special_addresses.tsv").lines();
        let rows = rows.filter(|line| !line.starts_with('#') && !line.starts_with("network\t")).count();
        assert_eq!(SPECIAL.len(), rows);
    }
}
