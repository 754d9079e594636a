//! The way of one request through a receiver, as far as nothing goes wrong: opened, handled once, answered, counted. What
//! does go wrong is told to the methods of the receiver, which are written in Python.

use crate::{
    answer::{Answers, Outcome},
    decode,
    dedup::{Dedup, now_ms},
    envelope::Ids,
    record::Envelope,
    webhook::Webhook,
};
use lark_event::dedup::Seen;
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyException, PyIndexError},
    intern,
    prelude::*,
    types::{PyDict, PyString, PyTuple, PyType},
};
use std::sync::{PoisonError, RwLock};

/// A handler, and the event type that it is for; `None` if it is for all.
type Handler = (Option<String>, Py<PyAny>);

/// The handlers of a receiver, in the order in which they are called.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Handlers(RwLock<Vec<Handler>>);

#[pymethods]
impl Handlers {
    #[new]
    fn new() -> Self {
        Self(RwLock::new(Vec::new()))
    }

    fn append(&self, handler: Handler) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(handler);
    }

    fn insert(&self, index: usize, handler: Handler) {
        let mut handlers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let index = index.min(handlers.len());
        handlers.insert(index, handler);
    }

    fn pop(&self, index: usize) -> PyResult<Handler> {
        let mut handlers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if index < handlers.len() { Ok(handlers.remove(index)) } else { Err(PyIndexError::new_err(index)) }
    }

    fn __len__(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Handlers know receivers, which know their handlers.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // A lock that is held means that somebody uses them, who is no garbage.
        let Ok(handlers) = self.0.try_read() else { return Ok(()) };
        handlers.iter().try_for_each(|(_, handler)| visit.call(handler))
    }

    fn __clear__(&self) {
        let _handlers = self.0.try_write().map(|mut handlers| std::mem::take(&mut *handlers));
    }
}

impl Handlers {
    /// Those that an event of this type goes to.
    fn of<'py>(&self, py: Python<'py>, event_type: Option<&str>) -> Vec<Bound<'py, PyAny>> {
        let handlers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let fitting = handlers.iter().filter(|(wanted, _)| wanted.is_none() || wanted.as_deref() == event_type);
        fitting.map(|(_, handler)| handler.bind(py).clone()).collect()
    }
}

/// What takes requests in.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Intake {
    webhook: Py<Webhook>,
    /// The method that opens requests as we do. A receiver may have another one by now, which is called.
    open: Py<PyAny>,
    handlers: Py<Handlers>,
    /// `None` if events are remembered elsewhere.
    dedup: Option<Py<Dedup>>,
    answers: Answers,
}

/// An event that is to be handled.
struct Begun<'py> {
    handlers: Vec<Bound<'py, PyAny>>,
    envelope: Bound<'py, PyAny>,
    event_id: Option<Bound<'py, PyString>>,
    /// When it was begun.
    now_ms: u64,
}

/// What has come of a request so far.
enum Accepted<'py> {
    /// It is to be answered at once.
    Answer(Bound<'py, PyAny>),
    Event(Begun<'py>),
}

#[pymethods]
impl Intake {
    #[new]
    fn new(
        response: &Bound<'_, PyType>,
        webhook: Py<Webhook>,
        open: Py<PyAny>,
        handlers: Py<Handlers>,
        dedup: Option<Py<Dedup>>,
    ) -> PyResult<Self> {
        Ok(Self { webhook, open, handlers, dedup, answers: Answers::new(response)? })
    }

    /// Handle a request for `receiver`, and return what to answer.
    fn handle<'py>(
        &self,
        receiver: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.begin(receiver, self.open(receiver, headers, body))? {
            Accepted::Answer(answer) => Ok(answer),
            Accepted::Event(begun) => self.run(receiver, &begun),
        }
    }

    /// Open a request for `receiver`; return what to answer, or handlers and envelope of an event that is to be handled.
    fn accept<'py>(
        &self,
        receiver: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.begin(receiver, self.open(receiver, headers, body))?.into_object(receiver.py())
    }

    /// Likewise, with the JSON of an event.
    fn accept_event<'py>(
        &self,
        receiver: &Bound<'py, PyAny>,
        event: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.begin(receiver, decode::decode(receiver.py(), event, None))?.into_object(receiver.py())
    }

    /// Count a delivery that has been handled, and return what to answer.
    fn handled<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.answers.answer(py, Outcome::Handled)
    }

    /// Count a delivery whose handler has failed, and return what to answer.
    fn failed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.answers.answer(py, Outcome::Failed)
    }

    fn count_faulty(&self) {
        self.answers.count(Outcome::Faulty);
    }

    fn count_challenge(&self) {
        self.answers.count(Outcome::Challenge);
    }

    fn count_refused(&self) {
        self.answers.count(Outcome::Refused);
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.handlers)
    }

    /// How many deliveries have ended how, where there are any.
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.answers.counts(py)
    }
}

impl<'py> Accepted<'py> {
    fn into_object(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Answer(answer) => Ok(answer),
            Self::Event(Begun { handlers, envelope, .. }) => Ok((handlers, envelope).into_pyobject(py)?.into_any()),
        }
    }
}

impl Intake {
    fn open<'py>(
        &self,
        receiver: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = receiver.py();
        let open = receiver.getattr(intern!(py, "open"))?;
        match open.getattr_opt(intern!(py, "__func__"))? {
            Some(function) if function.is(&self.open) => self.webhook.get().open(py, headers, body),
            _ => open.call1((headers, body)),
        }
    }

    /// Looks for handlers, and whether the event was seen before.
    fn begin<'py>(&self, receiver: &Bound<'py, PyAny>, opened: PyResult<Bound<'py, PyAny>>) -> PyResult<Accepted<'py>> {
        let py = receiver.py();
        let opened = match opened {
            Ok(opened) if !opened.is_instance_of::<PyString>() => opened,
            Ok(challenge) => {
                return receiver.call_method1(intern!(py, "_challenged"), (challenge,)).map(Accepted::Answer);
            }
            Err(failure) if failure.is_instance_of::<PyException>(py) => {
                receiver.call_method1(intern!(py, "_not_opened"), (failure,))?
            }
            Err(failure) => return Err(failure),
        };
        if opened.is_exact_instance(self.answers.class(py)) {
            return Ok(Accepted::Answer(opened));
        }
        let (event_id, event_type) = ids(&opened)?;
        let handlers = self.handlers.get().of(py, event_type.as_ref().map(|it| it.to_str()).transpose()?);
        if handlers.is_empty() {
            return self.answers.answer(py, Outcome::Unhandled).map(Accepted::Answer);
        }
        let now_ms = now_ms();
        let seen = match (&event_id, &self.dedup) {
            (None, _) => Seen::New,
            (Some(event_id), Some(dedup)) => dedup.get().begin_at(event_id.to_str()?, now_ms),
            (Some(event_id), None) => {
                let seen = receiver.call_method1(intern!(py, "_begin"), (event_id,))?;
                if seen.is_none() {
                    return self.answers.answer(py, Outcome::Failed).map(Accepted::Answer);
                } else if seen.eq("new")? {
                    Seen::New
                } else if seen.eq("duplicate")? {
                    Seen::Duplicate
                } else {
                    Seen::InProgress
                }
            }
        };
        match seen {
            Seen::New => Ok(Accepted::Event(Begun { handlers, envelope: opened, event_id, now_ms })),
            Seen::Duplicate => self.answers.answer(py, Outcome::Duplicate).map(Accepted::Answer),
            Seen::InProgress => self.answers.answer(py, Outcome::InProgress).map(Accepted::Answer),
        }
    }

    /// Runs the handlers of an event that has been begun, and returns what to answer.
    fn run<'py>(&self, receiver: &Bound<'py, PyAny>, begun: &Begun<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = receiver.py();
        match self.run_handlers(receiver, begun) {
            Ok(()) => self.answers.answer(py, Outcome::Handled),
            Err(failure) => {
                let answer = receiver.call_method1(intern!(py, "_failed"), (&begun.envelope, &failure))?;
                // An interrupt is not for us alone.
                if failure.is_instance_of::<PyException>(py) { Ok(answer) } else { Err(failure) }
            }
        }
    }

    fn run_handlers(&self, receiver: &Bound<'_, PyAny>, begun: &Begun<'_>) -> PyResult<()> {
        let py = receiver.py();
        let arguments = PyTuple::new(py, [&begun.envelope])?;
        for handler in &begun.handlers {
            let result = handler.call1(&arguments)?;
            // Most handlers return nothing.
            if !result.is_none() {
                receiver.call_method1(intern!(py, "_wait"), (result,))?;
            }
        }
        match (&begun.event_id, &self.dedup) {
            (None, _) => {}
            (Some(event_id), Some(dedup)) => dedup.get().commit_at(event_id.to_str()?, begun.now_ms),
            (Some(event_id), None) => drop(receiver.call_method1(intern!(py, "_commit"), (event_id,))?),
        }
        Ok(())
    }
}

/// The id of an event and its type.
fn ids<'py>(envelope: &Bound<'py, PyAny>) -> PyResult<Ids<'py>> {
    let py = envelope.py();
    if let Ok(envelope) = envelope.cast::<Envelope>()
        && let Some(opened) = envelope.get().opened()
    {
        return opened.ids(py);
    }
    let header = envelope.getattr(intern!(py, "header"))?;
    let text = |name| -> PyResult<_> { Ok(header.getattr(name)?.extract::<Option<Bound<'py, PyString>>>()?) };
    Ok((text(intern!(py, "event_id"))?, text(intern!(py, "event_type"))?))
}
