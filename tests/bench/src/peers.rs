//! The other libraries, told to read the same fields.

use crate::Fields;
use heapless::String as Fixed;
use serde::Deserialize;
use serde_json::value::RawValue;
use sonic_rs::LazyValue;
use std::{borrow::Cow, cell::RefCell, hint::black_box};

/// The body, for any types of strings: `I` for ids, `T` for the event type, `B` for `biz_type`, `D` for definitions.
#[derive(Deserialize)]
struct Body<I, T, B, D> {
    schema: Option<I>,
    header: Header<I, T>,
    event: Event<I, B, D>,
}

#[derive(Deserialize)]
struct Header<I, T> {
    event_id: Option<I>,
    event_type: Option<T>,
    create_time: Option<I>,
    token: Option<I>,
    app_id: Option<I>,
    tenant_key: Option<I>,
}

#[derive(Deserialize)]
struct Event<I, B, D> {
    process_id: Option<I>,
    status: Option<i32>,
    biz_type: Option<B>,
    flow_definition_id: Option<D>,
    properties: Option<i32>,
}

/// The body with its event as raw JSON, for reading the type first.
#[derive(Deserialize)]
struct Undecided<I, T, R> {
    schema: Option<I>,
    header: Header<I, T>,
    event: R,
}

impl<I, T: AsRef<str>, R> Undecided<I, T, R> {
    /// Reads the event by its type. A receiver would have more arms.
    fn decide<B, D>(self, read: impl FnOnce(&R) -> Event<I, B, D>) -> Body<I, T, B, D> {
        let event = match self.header.event_type.as_ref().map(AsRef::as_ref) {
            Some("corehr.process.updated_v2") => read(&self.event),
            _ => panic!("another event"),
        };
        Body { schema: self.schema, header: self.header, event }
    }
}

type Borrowed<'a> = Body<&'a str, &'a str, &'a str, &'a str>;
type Owned = Body<Fixed<63>, Fixed<95>, Fixed<800>, Fixed<127>>;
type UndecidedBorrowed<'a, R> = Undecided<&'a str, &'a str, R>;
type UndecidedOwned<R> = Undecided<Fixed<63>, Fixed<95>, R>;

impl<I: AsRef<str>, T: AsRef<str>, B: AsRef<str>, D: AsRef<str>> Body<I, T, B, D> {
    fn fields(&self) -> Fields {
        fn text(text: Option<&impl AsRef<str>>) -> Option<String> {
            text.map(|text| text.as_ref().to_owned())
        }
        let (header, event) = (&self.header, &self.event);
        Fields {
            texts: [
                text(self.schema.as_ref()),
                text(header.event_id.as_ref()),
                text(header.event_type.as_ref()),
                text(header.create_time.as_ref()),
                text(header.token.as_ref()),
                text(header.app_id.as_ref()),
                text(header.tenant_key.as_ref()),
                text(event.process_id.as_ref()),
                text(event.biz_type.as_ref()),
                text(event.flow_definition_id.as_ref()),
            ],
            numbers: [event.status, event.properties],
        }
    }
}

thread_local! {
    /// Where serde-json-core undoes escapes.
    static SCRATCH: RefCell<[u8; 800]> = const { RefCell::new([0; 800]) };
}

/// A contender: what it reads, and the reading alone.
macro_rules! contender {
    ($fields:ident, $run:ident, $body:ty, $read:expr) => {
        pub(crate) fn $fields(body: &[u8]) -> Fields {
            let read: fn(&[u8]) -> $body = $read;
            read(body).fields()
        }

        pub(crate) fn $run(body: &[u8]) {
            let read: fn(&[u8]) -> $body = $read;
            black_box(&read(body)); // by reference: a large value would be copied once more
        }
    };
}

contender!(sonic_owned, run_sonic_owned, Owned, |body| sonic_rs::from_slice(body).unwrap());
contender!(sonic_borrowed, run_sonic_borrowed, Borrowed<'_>, |body| sonic_rs::from_slice(body).unwrap());
contender!(serde_owned, run_serde_owned, Owned, |body| serde_json::from_slice(body).unwrap());
contender!(serde_borrowed, run_serde_borrowed, Borrowed<'_>, |body| serde_json::from_slice(body).unwrap());
contender!(sonic_dispatch_owned, run_sonic_dispatch_owned, Owned, |body| {
    let body: UndecidedOwned<LazyValue<'_>> = sonic_rs::from_slice(body).unwrap();
    body.decide(|event| sonic_rs::from_str(event.as_raw_str()).unwrap())
});
contender!(sonic_dispatch_borrowed, run_sonic_dispatch_borrowed, Borrowed<'_>, |body| {
    let body: UndecidedBorrowed<'_, LazyValue<'_>> = sonic_rs::from_slice(body).unwrap();
    body.decide(|event| match event.as_raw_cow() {
        Cow::Borrowed(event) => sonic_rs::from_str(event).unwrap(),
        Cow::Owned(_) => panic!("a copy"),
    })
});
contender!(serde_dispatch_owned, run_serde_dispatch_owned, Owned, |body| {
    let body: UndecidedOwned<&RawValue> = serde_json::from_slice(body).unwrap();
    body.decide(|event| serde_json::from_str(event.get()).unwrap())
});
contender!(serde_dispatch_borrowed, run_serde_dispatch_borrowed, Borrowed<'_>, |body| {
    let body: UndecidedBorrowed<'_, &RawValue> = serde_json::from_slice(body).unwrap();
    body.decide(|event| serde_json::from_str(event.get()).unwrap())
});
contender!(core_owned, run_core_owned, Owned, |body| serde_json_core::from_slice(body).unwrap().0);
contender!(core_borrowed, run_core_borrowed, Borrowed<'_>, |body| serde_json_core::from_slice(body).unwrap().0);
contender!(core_escapes_owned, run_core_escapes_owned, Owned, |body| {
    SCRATCH.with_borrow_mut(|scratch| serde_json_core::from_slice_escaped(body, scratch).unwrap().0)
});
