//! The headers of a request, in whatever form a server has them.

use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyBytes, PyDict, PyString, PyTuple},
};

/// A name and its value: `str` or `bytes`.
type Pair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// The headers that matter, of a mapping or of pairs.
pub(crate) struct Headers<'py>(Vec<Pair<'py>>);

impl<'py> Headers<'py> {
    pub(crate) fn of(headers: &Bound<'py, PyAny>) -> PyResult<Self> {
        let mut found = Self(Vec::with_capacity(3));
        if let Ok(headers) = headers.cast_exact::<PyDict>() {
            for name in headers.try_iter()? {
                let name = name?;
                if matters(&name)?
                    && let Some(value) = headers.get_item(&name)?
                {
                    found.add(name, value)?;
                }
            }
            return Ok(found);
        }
        // Not every class of headers is a `Mapping`: that of http.server is none.
        let pairs = match headers.getattr_opt(intern!(headers.py(), "items"))? {
            Some(items) => items.call0()?,
            None => headers.clone(),
        };
        for pair in pairs.try_iter()? {
            let (name, value) = match pair?.cast_into_exact::<PyTuple>() {
                Ok(pair) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
                Ok(pair) => pair.extract()?,
                Err(other) => {
                    let [name, value]: [Bound<'_, PyAny>; 2] = other.into_inner().extract()?;
                    (name, value)
                }
            };
            if matters(&name)? {
                found.add(name, value)?;
            }
        }
        Ok(found)
    }

    fn add(&mut self, name: Bound<'py, PyAny>, value: Bound<'py, PyAny>) -> PyResult<()> {
        text(&value)?;
        self.0.push((name, value));
        Ok(())
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(name, value)| (text(name).unwrap_or_default(), text(value).unwrap_or_default()))
    }
}

/// Whether a header of this name may be one of ours. All others are none of our business, whatever their values are.
fn matters(name: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(text(name)?.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"x-lark-")))
}

fn text<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<&'a [u8]> {
    if let Ok(text) = value.cast::<PyString>() {
        // What is not ASCII is refused later on, so that it may be any bytes that are not.
        return Ok(text.to_str().map_or(b"\xff", str::as_bytes));
    }
    match value.cast::<PyBytes>() {
        Ok(bytes) => Ok(bytes.as_bytes()),
        Err(_) => {
            let found = value.get_type().name()?;
            Err(PyTypeError::new_err(format!("names and values of headers must be str or bytes, not {found}")))
        }
    }
}
