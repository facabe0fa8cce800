//! Requirements of the OWASP Application Security Verification Standard 5.0, from outside: the real binary, over HTTP,
//! full of synthetic people. What a single room proves is tested in that room, under the same kind of name.

mod access;
mod files;
mod house;
mod input;
mod surface;
