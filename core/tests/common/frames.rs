//! The frames of the long connection as prost reads and writes them; the fuzz targets share this.

use lark_event::connection::Frame;

/// The messages as the Go SDK declares them.
pub mod pbbp2 {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Header {
        #[prost(string, required, tag = "1")]
        pub key: String,
        #[prost(string, required, tag = "2")]
        pub value: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Frame {
        #[prost(uint64, required, tag = "1")]
        pub seq_id: u64,
        #[prost(uint64, required, tag = "2")]
        pub log_id: u64,
        #[prost(int32, required, tag = "3")]
        pub service: i32,
        #[prost(int32, required, tag = "4")]
        pub method: i32,
        #[prost(message, repeated, tag = "5")]
        pub headers: Vec<Header>,
        #[prost(string, optional, tag = "6")]
        pub payload_encoding: Option<String>,
        #[prost(string, optional, tag = "7")]
        pub payload_type: Option<String>,
        #[prost(bytes = "vec", optional, tag = "8")]
        pub payload: Option<Vec<u8>>,
        #[prost(string, optional, tag = "9")]
        pub log_id_new: Option<String>,
    }
}

/// What prost makes of a frame of ours, field by field.
pub fn as_prost(frame: &Frame<'_>) -> pbbp2::Frame {
    let header = |(key, value): (&str, &str)| pbbp2::Header { key: key.to_owned(), value: value.to_owned() };
    pbbp2::Frame {
        seq_id: frame.seq_id,
        log_id: frame.log_id,
        service: frame.service,
        method: frame.method.0,
        headers: frame.headers.iter().map(header).collect(),
        payload_encoding: frame.payload_encoding.map(str::to_owned),
        payload_type: frame.payload_type.map(str::to_owned),
        payload: frame.payload.map(<[u8]>::to_vec),
        log_id_new: frame.log_id_new.map(str::to_owned),
    }
}
