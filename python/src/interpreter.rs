//! One interpreter per process: what the module keeps, the classes above all, belongs to the one that imported it first.

use pyo3::{exceptions::PyImportError, intern, prelude::*};
use std::sync::OnceLock;

/// The `sys` of the interpreter that imported the module first: each has one of its own, and this one stays for ever.
static SYS: OnceLock<Py<PyModule>> = OnceLock::new();

/// Refuses any other interpreter, in which events would be objects of classes that are not its own. CPython itself refuses
/// those with a lock of their own, but not those that share one, such as mod_wsgi's.
pub(crate) fn claim(py: Python<'_>) -> PyResult<()> {
    let sys = py.import(intern!(py, "sys"))?;
    let first = SYS.get_or_init(|| sys.clone().unbind());
    if first.is(&sys) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "lark_event does not support sub-interpreters: another interpreter of this process has imported it before \
         (with mod_wsgi, set WSGIApplicationGroup %{GLOBAL})",
    ))
}
