//! OAuth, OpenID Connect and SMART by their endpoints, as clients meet them.

mod asking;
mod bad_tokens;
mod exchanging;
mod published_keys;
mod refreshing;
mod registering;
mod services;
mod signing;
