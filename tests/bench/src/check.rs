//! That all contenders read the same.

use crate::{
    contender::{self, Contender, Fields},
    inputs::{Document, Input},
    row::{Group, Row},
};
use std::hint::black_box;

/// The contenders that can take an input, and of the others what they say.
pub(crate) struct Checked {
    pub(crate) contenders: Vec<Contender>,
    pub(crate) left_out: Vec<(&'static str, String)>,
}

/// Has all contenders read all documents.
///
/// # Errors
///
/// One has read something else than we have, or we refuse a document.
pub(crate) fn check(input: &Input) -> Result<Checked, String> {
    let longest = input.documents.iter().map(|document| document.len()).max().unwrap_or_default();
    let mut all = contender::all(longest);
    let mut expected = Vec::with_capacity(input.documents.len());
    for (number, document) in input.documents.iter().enumerate() {
        let ours = &mut all[0];
        let read = read(ours, document);
        expected.push(read.map_err(|why| format!("{}, document {number}: {}: {why}", input.name, ours.kind.name))?);
    }
    let mut checked = Checked { contenders: Vec::new(), left_out: Vec::new() };
    for mut contender in all {
        match refusal(&mut contender, input, &expected)? {
            None => checked.contenders.push(contender),
            Some(why) if contender.kind.group == Group::Ours => return Err(why),
            Some(why) => checked.left_out.push((contender.kind.name, why)),
        }
    }
    Ok(checked)
}

/// Why a contender cannot take an input, if it cannot.
fn refusal(contender: &mut Contender, input: &Input, expected: &[Fields]) -> Result<Option<String>, String> {
    for (number, (document, expected)) in input.documents.iter().zip(expected).enumerate() {
        match read(contender, document) {
            Err(why) => return Ok(Some(format!("document {number}: {why}"))),
            Ok(_) if contender.kind.group == Group::Floor => {}
            Ok(fields) if fields == *expected => {}
            Ok(fields) => {
                let who = contender.kind.name;
                return Err(format!("{}, document {number}: {who} reads\n{fields}\nnot\n{expected}", input.name));
            }
        }
    }
    Ok(None)
}

fn read(contender: &mut Contender, document: &Document) -> Result<Fields, String> {
    let mut fields = Fields::Null;
    (contender.read)(document, Some(&mut fields))?;
    Ok(fields)
}

/// The rows of contenders that have been found to read the documents.
pub(crate) fn rows<'r>(contenders: Vec<Contender>, documents: &'r [Document]) -> Vec<Row<'r>> {
    let row = |contender: Contender| {
        let Contender { kind, mut read } = contender;
        let run = move || {
            for document in documents {
                read(black_box(document), None).expect("it has read the document before");
            }
        };
        Row { kind, run: Box::new(run) }
    };
    contenders.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inputs, row::Kind};

    fn sample() -> Input {
        inputs::samples(Some("process_updated_min")).unwrap().remove(0)
    }

    /// Reads as we do, but for what it does to the fields.
    fn contender(change: fn(&mut Fields) -> Result<(), String>) -> Contender {
        let Contender { kind, mut read } = contender::all(0).remove(0);
        let read = move |document: &Document, fields: Option<&mut Fields>| {
            let fields = fields.unwrap();
            read(document, Some(fields))?;
            change(fields)
        };
        Contender { kind: Kind { name: "other", ..kind }, read: Box::new(read) }
    }

    fn verdict(change: fn(&mut Fields) -> Result<(), String>) -> Result<Option<String>, String> {
        let input = sample();
        let expected = read(&mut contender::all(0)[0], &input.documents[0]).unwrap();
        refusal(&mut contender(change), &input, &[expected])
    }

    #[test]
    fn who_reads_something_else_is_found_out() {
        let wrong = verdict(|fields| {
            fields["event"]["status"] = 3.into();
            Ok(())
        });
        assert!(wrong.unwrap_err().contains("document 0: other reads"));
        assert_eq!(verdict(|_| Ok(())), Ok(None));
    }

    #[test]
    fn who_refuses_a_document_is_left_out() {
        assert_eq!(verdict(|_| Err("too deep".into())), Ok(Some("document 0: too deep".into())));
    }

    #[test]
    fn all_contenders_read_the_samples() {
        for input in inputs::samples(None).unwrap() {
            let checked = check(&input).unwrap();
            assert_eq!(
                (checked.contenders.len(), checked.left_out),
                (contender::all(0).len(), vec![]),
                "{}",
                input.name
            );
        }
    }
}
