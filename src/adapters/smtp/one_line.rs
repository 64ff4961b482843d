//! A connection from which at most one line is read at a time.
//!
//! lettre (0.11.23) reads answers through a buffer that it keeps across STARTTLS. Somebody on the way could add
//! lines in the clear to the last answer before the encryption, which would be taken for the server's answers
//! under it: "delivered", for a mail that the server never got (the response injection of <https://nostarttls.secvuln.info>).
//! Read line by line, nothing is left in that buffer, and what was added reaches TLS, which refuses it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Enough for most answers; a longer line is read in pieces.
const PIECE: usize = 512;

/// The connection.
#[derive(Debug)]
pub(super) struct OneLine(pub(super) TcpStream);

impl AsyncRead for OneLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = [0; PIECE];
        let (most, _) = bytes.split_at_mut(to.remaining().min(PIECE));
        let mut seen = ReadBuf::new(most);
        ready!(self.0.poll_peek(context, &mut seen))?;
        let line = seen.filled().split_inclusive(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len);
        // Nothing seen is the end of the connection.
        let (line, _) = most.split_at_mut(line);
        let mut read = ReadBuf::new(line);
        ready!(Pin::new(&mut self.0).poll_read(context, &mut read))?;
        to.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for OneLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl AsyncTokioStream for OneLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn each_read_ends_with_a_line_however_much_has_come() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut near = OneLine(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
        let (mut far, _) = listener.accept().await.unwrap();
        let long = "x".repeat(PIECE + 1);
        far.write_all(format!("220 go\r\n250 added\r\n\n{long}\nend").as_bytes()).await.unwrap();
        drop(far);
        let mut reads = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            let read = near.read(&mut buffer).await.unwrap();
            if read == 0 {
                break;
            }
            reads.push(String::from_utf8(buffer[..read].to_vec()).unwrap());
        }
        let (piece, rest) = long.split_at(PIECE);
        assert_eq!(reads, ["220 go\r\n", "250 added\r\n", "\n", piece, &format!("{rest}\n"), "end"]);
    }
}
