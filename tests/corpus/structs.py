"""The structs, as their declarations in core/src have them. fields.json passes this on to a test that compares."""


def text(n):
    return {"type": "text", "capacity": n - 1}


def text_list(offsets, size):
    return {"type": "list", "items": offsets - 1, "bytes": size}


ENUM = {"type": "enum"}
TIME = {"type": "time"}

HEADER = {
    "event_id": text(64),
    "event_type": text(96),
    "create_time": TIME,
    "token": text(64),
    "app_id": text(64),
    "tenant_key": text(64),
    "event_time": TIME,
    "tenant_id": text(64),
    "ts": text(32),
}
PROCESS = {
    "process_id": text(64),
    "status": ENUM,
    "biz_type": text(801),
    "flow_definition_id": text(128),
    "properties": ENUM,
}
EVENTS = {
    "url_verification": {"challenge": text(512)},
    "corehr.process.updated_v2": PROCESS,
    "corehr.process.status.update_v2": PROCESS,
    "corehr.process.node.updated_v2": {
        "flow_definition_id": text(128),
        "node_definition_id": text(128),
        "process_id": text(64),
        "process_node_id": text(64),
        "node_type": ENUM,
        "node_status": ENUM,
        "biz_type": text(801),
    },
    "corehr.process.approver.updated_v2": {
        "process_id": text(64),
        "approver_id": text(64),
        "type": ENUM,
        "status": ENUM,
        "biz_type": text(801),
        "flow_definition_id": text(128),
        "node_definition_id": text(128),
        "node_id": text(64),
        "node_id_str": text(64),
    },
    "corehr.process.cc.updated_v2": {
        "process_id": text(64),
        "approver_id": text(64),
        "status": ENUM,
        "biz_type": text(801),
    },
    "corehr.job_change.updated_v2": {
        "employment_id": text(64),
        "tenant_id": text(64),
        "process_id": text(64),
        "initiator": text(64),
        "operator": text(64),
        "updated_time": text(64),
        "job_change_id": text(64),
        "status": ENUM,
        "operate_reason": text(2048),
        "transfer_type": ENUM,
        "updated_fields": text_list(201, 6400),
        "transform_type": text(128),
        "transform_reason": text(128),
    },
}
TAGS = {name: 2 + at for at, name in enumerate(EVENTS)}
NO_EVENT, UNKNOWN_EVENT = 0, 1
UPDATED, STATUS_UPDATE, NODE, APPROVER, CC, JOB = list(EVENTS)[1:]
SHORT = {UPDATED: "updated", STATUS_UPDATE: "status", NODE: "node", APPROVER: "approver", CC: "cc", JOB: "job_change"}

# One full set of values each, as texts of JSON, so that a case can replace any of them by anything.
FULL_HEADER = {
    "event_id": '"5e3702a84e847582be8db7fb73283c02"',
    "event_type": None,
    "create_time": '"1608725989000"',
    "token": '"rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV"',
    "app_id": '"cli_9f5343c580712544"',
    "tenant_key": '"2ca1d211f64f6438"',
    "event_time": '"1719391068392"',
    "tenant_id": '"7024043141149753363"',
    "ts": '"1550038110.91283"',
}
FULL_PROCESS = {
    "process_id": '"7072306364927985196"',
    "status": "9",
    "biz_type": '"renewal_record"',
    "flow_definition_id": '"people_7023711013443944467_7379576600867884844"',
    "properties": "2",
}
FULL = {
    UPDATED: FULL_PROCESS,
    STATUS_UPDATE: FULL_PROCESS | {"status": "15", "properties": "3"},
    NODE: {
        "flow_definition_id": '"people_7023711013443944467_7382148112896872236"',
        "node_definition_id": '"approval_7c7d9c4d25b"',
        "process_id": '"7312658016791168538"',
        "process_node_id": '"7311696871833994796"',
        "node_type": "5",
        "node_status": "7",
        "biz_type": '"corehr_probation_default_flow"',
    },
    APPROVER: {
        "process_id": '"7072306364927985196"',
        "approver_id": '"7072306364927985187"',
        "type": "1",
        "status": "18",
        "biz_type": '"renewal_record"',
        "flow_definition_id": '"people_7182520625066475540_7222929439175839532"',
        "node_definition_id": '"approval_7c7d9c4d25b"',
        "node_id": '"7369419552616089132"',
        "node_id_str": '"7369419552616089133"',
    },
    CC: {
        "process_id": '"7072306364927985196"',
        "approver_id": '"7072306364927985187"',
        "status": "5",
        "biz_type": '"renewal_record"',
    },
    JOB: {
        "employment_id": '"7072306364927985191"',
        "tenant_id": '"7072306364927985192"',
        "process_id": '"7072306364927985193"',
        "initiator": '"7072306364927985194"',
        "operator": '"7072306364927985195"',
        "updated_time": '"1714985958000"',
        "job_change_id": '"7072306364927985196"',
        "status": "6",
        "operate_reason": '"操作原因"',
        "transfer_type": "7",
        "updated_fields": '["effective_time","department","job_level"]',
        "transform_type": '"assignment_start_reason_option1"',
        "transform_reason": '"reason_for_job_change_option1"',
    },
}
