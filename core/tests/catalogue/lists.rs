//! Lists of objects that are read from a body other than the one that they were found in.

use crate::{fresh, made::Made, record};
use lark_event::record::{FieldKind, ObjectRef, Slot};
use lark_event::{Error, ErrorKind, Event, EventType, Item, ItemRecord, ListPlace, ObjectList, decode};

/// A body and the lists in it.
struct Found {
    body: Vec<u8>,
    lists: Vec<ListPlace>,
}

/// One for each type that has a list.
fn bodies() -> Vec<Found> {
    let has_list = |event_type: &&&EventType| {
        event_type.record.fields.iter().any(|field| matches!(field.kind, FieldKind::ObjectList(_)))
    };
    let found: Vec<_> = EventType::all().iter().filter(has_list).map(|event_type| found(event_type)).collect();
    assert!(found.len() >= 5);
    found
}

fn found(event_type: &EventType) -> Found {
    let mut envelope = fresh();
    // The first one with two objects or more.
    let made = (0..).map(|seed| Made::full(event_type, seed, None)).find_map(|Made { body, .. }| {
        assert_eq!(decode(&body, &mut envelope), Ok(()));
        let event = envelope.event.struct_of().unwrap();
        let slots = (0..event.fields.len()).map(|index| event.slot(index));
        let lists: Vec<_> =
            slots.filter_map(|slot| if let Slot::ObjectList(list) = slot { Some(list) } else { None }).collect();
        lists.iter().all(|list| list.len() >= 2).then_some(Found { body, lists })
    });
    made.unwrap()
}

/// Reads a list from any body: to its end, or to an error that ends it, and never more objects than it says there are.
/// Returns how many objects there were and what ended it.
fn take_all(mut list: ListPlace, body: &[u8]) -> (usize, Result<(), Error>) {
    let (mut item, mut taken, len) = (Item::None, 0, list.len());
    let field = field(list);
    let end = span(list).1;
    loop {
        let before = list.len();
        let result = item.take_first(body, &mut list);
        match (item.struct_of(), result) {
            (Some(object), result) => {
                assert!(result.is_ok_and(|()| true) || result.is_err_and(|error| error.kind.is_field()));
                record::members(object, body, &mut Vec::new());
                taken += 1;
                assert_eq!((taken + list.len(), before), (len, list.len() + 1));
                assert_eq!(span(list).1, end, "it goes on behind its own end");
            }
            (None, ended) => {
                assert!(
                    list.is_empty() && ended.is_ok_and(|()| taken == len)
                        || ended.is_err_and(|error| !error.kind.is_field())
                );
                let place = ended.map_or_else(|error| error.field.to_string(), |()| field.clone());
                let of_call = ended == Err(Error::of_call(ErrorKind::INVALID_ARGUMENT));
                assert!(of_call || place.starts_with(&field), "{ended:?} in {place}");
                assert_eq!((item.take_first(body, &mut list), &item, list.len()), (Ok(()), &Item::None, 0));
                return (taken, ended);
            }
        }
    }
}

#[test]
fn a_list_ends_with_a_body_that_is_cut_off() {
    for Found { body, lists } in bodies() {
        for list in lists {
            assert_eq!(take_all(list, &body), (list.len(), Ok(())));
            let mut most = 0;
            for len in 0..body.len() {
                let (taken, ended) = take_all(list, &body[..len]);
                assert!(taken >= most && (ended.is_ok() || taken < list.len()), "{taken} after {most}: {ended:?}");
                most = taken;
            }
            assert_eq!(most, list.len());
        }
    }
}

#[test]
fn a_list_in_another_body_ends_too() {
    let bodies = bodies();
    let (mut errors, mut objects) = (0, 0);
    let mut check = |list: ListPlace, body: &[u8]| {
        let (taken, ended) = take_all(list, body);
        errors += u32::from(ended.is_err());
        objects += taken;
    };
    for list in bodies.iter().flat_map(|found| found.lists.iter().copied()) {
        for Found { body, lists } in &bodies {
            // Bytes of all parts of the other body come to where the list was.
            for shift in (0..body.len()).step_by(5) {
                check(list, &body[shift..]);
                check(list, &moved(body, 0, shift));
            }
            // So does a list of other objects, and what is behind its first object.
            for other in lists {
                let mut rest = *other;
                Item::None.take_first(body, &mut rest).unwrap();
                for start in [span(*other).0, span(rest).0] {
                    check(list, &moved(body, start, span(list).0));
                }
            }
        }
    }
    assert!(errors > 1000 && objects > 50, "{errors} errors, {objects} objects");
}

/// Where a list starts and ends in its body.
fn span(list: ListPlace) -> (usize, usize) {
    let place = serde_json::to_value(list).unwrap();
    let number = |name: &str| place[name].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap();
    (number("offset"), number("offset") + number("len"))
}

/// The path of the field of a list: an empty body gives an error that says it.
fn field(mut list: ListPlace) -> String {
    let error = Item::None.take_first(b"", &mut list).unwrap_err();
    assert_eq!((error.kind, error.field.segments().count()), (ErrorKind::UNEXPECTED_END, 2));
    error.field.to_string()
}

/// A body from the byte `from` on, moved to the byte `to` of another.
fn moved(body: &[u8], from: usize, to: usize) -> Vec<u8> {
    [&vec![b' '; to], &body[from..]].concat()
}

#[test]
fn a_list_whose_bytes_have_changed_ends_too() {
    let (mut rng, mut errors, mut whole) = (fastrand::Rng::with_seed(9), 0, 0);
    for Found { mut body, lists } in bodies() {
        for list in lists {
            let start = span(list).0;
            for _ in 0..2000 {
                let at = start + rng.usize(..body.len() - start);
                let byte = *rng.choice(b"\"\\{}[],:0n \x80").unwrap();
                let original = std::mem::replace(&mut body[at], byte);
                let (taken, ended) = take_all(list, &body);
                errors += u32::from(ended.is_err());
                whole += u32::from(ended.is_ok() && taken == list.len());
                body[at] = original;
            }
        }
    }
    assert!(errors > 1000 && whole > 1000, "{errors} errors, {whole} in full");
}

/// Rust's own way gives the same as the one for C. One event stands for all: the iterator is the same for every type.
#[test]
fn an_iterator_gives_the_same_objects() {
    let mut envelope = fresh();
    let found = bodies().into_iter().find_map(|Found { body, lists }| {
        assert_eq!(decode(&body, &mut envelope), Ok(()));
        let Event::EmployeeDomainEvent(event) = &envelope.event else { return None };
        Some((lists, compare(event.data, &body)))
    });
    let (lists, place) = found.unwrap();
    assert_eq!(lists, [place]);
}

fn compare<T: ItemRecord + PartialEq + Clone>(list: ObjectList<T>, body: &[u8]) -> ListPlace {
    let (mut place, mut item, mut object) = (list.place(), Item::None, T::EMPTY);
    assert_eq!((list.raw(body).first(), list.raw(body).last()), (Some(&b'['), Some(&b']')));
    let mut objects = list.iter(body);
    assert_eq!(list.iter(body).take(list.len() + 1).count(), list.len());
    for expected in list.iter(body) {
        item.take_first(body, &mut place).unwrap();
        objects.next_into(&mut object).unwrap().unwrap();
        assert!(expected.unwrap() == object);
        let same = |record| record::members(record, body, &mut Vec::new());
        assert_eq!(same(item.struct_of().unwrap()), same(ObjectRef::of(&object)));
    }
    assert!(place.is_empty() && objects.next().is_none() && objects.next_into(&mut object).is_none());
    for len in 0..body.len() {
        let mut objects = list.iter(&body[..len]);
        let mut last = object.clone();
        for _ in 0..=list.len() {
            let Some(result) = objects.next_into(&mut last) else { break };
            assert!(result.is_ok() || last == T::EMPTY, "{result:?}");
        }
        let found: Vec<_> = list.iter(&body[..len]).take(list.len() + 1).collect();
        assert!(found.len() <= list.len() && found.iter().rev().skip(1).all(Result::is_ok));
        assert!(list.raw(&body[..len]).is_empty() || list.raw(&body[..len]) == list.raw(body));
    }
    list.place()
}
