//! The one way out of the house: requests to other servers, by TLS, within limits of time and size.
//!
//! What it must never do: follow a redirect to another host; send or log a secret in an address; wait for ever.
