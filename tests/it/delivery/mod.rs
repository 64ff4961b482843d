//! Mails and text messages that really leave, to servers in other processes.

mod aliyun;
mod smtp;
