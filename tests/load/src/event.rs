//! Events as the platform writes them: all CoreHR types that lark-event knows, of many lengths.

use fastrand::Rng;

/// What stands in for a text of any length: plain, not ASCII, and with escapes.
const WORDS: &[&str] =
    &["renewal_record", "转正", "Beförderung", r"\u64cd\u4f5c", r#"the \"new\" role"#, "🙂", r"\ud83d\ude42", r"a\nb"];

/// The plain JSON of an event.
pub(crate) fn json(rng: &mut Rng, event_id: &str, token: &str) -> String {
    let (event_type, event) = event(rng);
    format!(
        r#"{{"schema":"2.0","header":{{"event_id":"{event_id}","event_type":"{event_type}","create_time":"{}","token":"{token}","app_id":"cli_9f5343c580712544","tenant_key":"2ca1d211f64f6438"}},"event":{event}}}"#,
        time(rng),
    )
}

fn event(rng: &mut Rng) -> (&'static str, String) {
    match rng.u32(..6) {
        0 => ("corehr.process.updated_v2", process(rng)),
        1 => ("corehr.process.status.update_v2", process(rng)),
        2 => ("corehr.process.node.updated_v2", node(rng)),
        3 => ("corehr.process.approver.updated_v2", approver(rng)),
        4 => ("corehr.process.cc.updated_v2", cc(rng)),
        _ => ("corehr.job_change.updated_v2", job_change(rng)),
    }
}

fn process(rng: &mut Rng) -> String {
    let (status, properties) = (pick(rng, &[1, 2, 4, 8, 9]), rng.u32(1..4));
    format!(
        r#"{{"process_id":"{}","status":{status},"biz_type":"{}","flow_definition_id":"{}","properties":{properties}}}"#,
        id(rng),
        words(rng, 6),
        definition(rng),
    )
}

fn node(rng: &mut Rng) -> String {
    let (node_type, node_status) = (rng.u32(1..6), rng.u32(1..6));
    format!(
        r#"{{"flow_definition_id":"{}","node_definition_id":"approval_{:011x}","process_id":"{}","process_node_id":"{}","node_type":{node_type},"node_status":{node_status},"biz_type":"{}"}}"#,
        definition(rng),
        rng.u64(..1 << 44),
        id(rng),
        id(rng),
        words(rng, 2),
    )
}

fn approver(rng: &mut Rng) -> String {
    let (kind, status) = (rng.u32(1..4), rng.u32(1..5));
    let (definition, node) = (definition(rng), id(rng));
    format!(
        r#"{{"process_id":"{}","approver_id":"{}","type":{kind},"status":{status},"biz_type":"{}","flow_definition_id":"{definition}","node_definition_id":"approval_7c7d9c4d25b","node_id":"{node}"}}"#,
        id(rng),
        id(rng),
        words(rng, 3),
    )
}

fn cc(rng: &mut Rng) -> String {
    let status = rng.u32(0..3);
    format!(
        r#"{{"process_id":"{}","approver_id":"{}","status":{status},"biz_type":"{}"}}"#,
        id(rng),
        id(rng),
        words(rng, 3)
    )
}

fn job_change(rng: &mut Rng) -> String {
    let fields: Vec<_> = (0..rng.u32(..20)).map(|n| format!(r#""custom_field_{n}__c""#)).collect();
    let (status, transfer_type) = (rng.u32(0..10), rng.u32(1..3));
    format!(
        r#"{{"employment_id":"{0}","tenant_id":"{1}","process_id":"{2}","initiator":"{0}","operator":"{0}","updated_time":"{3}","job_change_id":"{1}","status":{status},"operate_reason":"{4}","transfer_type":{transfer_type},"updated_fields":[{5}],"transform_type":"assignment_start_reason_option1","transform_reason":"reason_for_job_change_option1"}}"#,
        id(rng),
        id(rng),
        id(rng),
        time(rng),
        words(rng, 60),
        fields.join(","),
    )
}

fn id(rng: &mut Rng) -> u64 {
    rng.u64(7_000_000_000_000_000_000..7_999_999_999_999_999_999)
}

fn time(rng: &mut Rng) -> u64 {
    rng.u64(1_600_000_000_000..1_800_000_000_000)
}

fn definition(rng: &mut Rng) -> String {
    format!("people_{}_{}", id(rng), id(rng))
}

fn words(rng: &mut Rng, most: usize) -> String {
    (0..rng.usize(..=most)).map(|_| pick(rng, WORDS)).collect::<Vec<_>>().join(" ")
}

fn pick<T: Copy + Default>(rng: &mut Rng, from: &[T]) -> T {
    rng.choice(from).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lark_event::{Envelope, Event};

    #[test]
    fn every_event_can_be_decoded() {
        let (mut rng, mut kinds) = (Rng::with_seed(1), [0; 6]);
        for _ in 0..2000 {
            let text = json(&mut rng, "an id", "tok");
            let envelope = Envelope::from_json(text.as_bytes()).unwrap();
            assert_eq!(envelope.header.event_id.get(), Some("an id"));
            kinds[match &envelope.event {
                Event::ProcessUpdated(_) => 0,
                Event::ProcessStatusUpdate(_) => 1,
                Event::ProcessNodeUpdated(_) => 2,
                Event::ProcessApproverUpdated(_) => 3,
                Event::ProcessCcUpdated(_) => 4,
                Event::JobChangeUpdated(_) => 5,
                other => panic!("{other:?}: {text}"),
            }] += 1;
        }
        assert!(kinds.iter().all(|count| *count > 200), "{kinds:?}");
    }
}
