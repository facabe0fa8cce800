//! The server in a process of its own, and connections to it.

use crate::Failure;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;

/// An answer that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(30);

/// `salus serve` over a data folder, on a free port; it ends when dropped.
pub(crate) struct Served {
    child: Child,
    port: u16,
}

impl Served {
    /// Starts it with these settings (`SALUS_…`), and waits until it listens.
    pub(crate) fn start(program: &Path, data: &Path, settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(["serve", "--port", "0", "--data"]).arg(data).current_dir(data);
        command.env_remove("SALUS_CONFIG").envs(settings.iter().copied());
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut served = Self { child, port: 0 };
        let output = served.child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines.find(|line| line.contains("http://")).ok_or("the server did not start")?;
        let port = address.rsplit(':').next().unwrap_or_default();
        served.port = port.trim().parse()?;
        Ok(served)
    }

    /// A connection that stays open.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let (requests, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection { requests, host: format!("localhost:{}", self.port), cookie: None })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}

/// One connection of HTTP/1.1, of somebody or of a stranger.
pub(crate) struct Connection {
    requests: SendRequest<Full<Bytes>>,
    host: String,
    cookie: Option<String>,
}

impl Connection {
    /// Signs in, and gives the cookie.
    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Result<String, Failure> {
        let typed = serde_json::json!({ "email": email, "password": password });
        let answer = self.post("/api/v1/session", &typed).await?;
        let line = answer.headers().get(SET_COOKIE).ok_or("no cookie was set")?.to_str()?;
        Ok(line.split(';').next().unwrap_or_default().to_owned())
    }

    /// The same connection, of whoever has this cookie.
    pub(crate) fn with_cookie(self, cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()), ..self }
    }

    /// GET; the body is read to its end.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Bytes, Failure> {
        let request = Request::get(path).body(Full::default())?;
        Ok(self.send(request).await?.into_body())
    }

    /// POST of JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Response<Bytes>, Failure> {
        let request = Request::post(path).header(CONTENT_TYPE, "application/json");
        self.send(request.body(Full::from(body.to_string()))?).await
    }

    async fn send(&mut self, mut request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Failure> {
        request.headers_mut().insert(HOST, self.host.parse()?);
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(COOKIE, cookie.parse()?);
        }
        let answer = async {
            self.requests.ready().await?;
            let (parts, body) = self.requests.send_request(request).await?.into_parts();
            Ok::<_, hyper::Error>(Response::from_parts(parts, body.collect().await?.to_bytes()))
        };
        let answer = tokio::time::timeout(PATIENCE, answer).await.map_err(|_| "no answer came")??;
        match answer.status() {
            StatusCode::OK | StatusCode::CREATED => Ok(answer),
            status => Err(format!("the answer was {status}").into()),
        }
    }
}
