//! Where a request comes from.

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};
use std::net::{IpAddr, SocketAddr};

/// The address of the client, for limits and for the audit.
///
/// `X-Forwarded-For` is believed only as far as `trusted_proxies` proxies of ours have written it: the last entry is
/// what the nearest proxy saw, and everything before ours can be made up by anybody.
pub(crate) fn client_address(
    extensions: &Extensions,
    headers: &HeaderMap,
    trusted_proxies: usize,
) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if trusted_proxies == 0 {
        return peer.map(|address| address.to_canonical());
    }
    let lines = headers.get_all("x-forwarded-for").iter();
    let hops: Vec<&str> =
        lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    let written =
        hops.len().checked_sub(trusted_proxies).and_then(|at| hops[at].trim().parse::<IpAddr>().ok());
    written.or(peer).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(forwarded: &[&str], trusted_proxies: usize, expect: &str) {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo::<SocketAddr>("10.0.0.1:4711".parse().unwrap()));
        let address = client_address(&extensions, &headers, trusted_proxies);
        assert_eq!(address, Some(expect.parse().unwrap()), "{forwarded:?} {trusted_proxies}");
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        check(&[], 0, "10.0.0.1");
        check(&["203.0.113.9"], 0, "10.0.0.1");
        check(&["203.0.113.9"], 1, "203.0.113.9");
        check(&["1.1.1.1, 203.0.113.9"], 1, "203.0.113.9");
        check(&["1.1.1.1", "203.0.113.9, 10.0.0.2"], 2, "203.0.113.9");
        check(&["203.0.113.9"], 2, "10.0.0.1");
        check(&["made up"], 1, "10.0.0.1");
        check(&["::ffff:203.0.113.9"], 1, "203.0.113.9");
    }
}
