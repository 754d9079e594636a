"""The structs, as their declarations in core/src have them. fields.json passes this on to a test that compares."""


def text(n):
    return {"type": "text", "capacity": n - 1}


def text_list(offsets, size):
    return {"type": "list", "items": offsets - 1, "bytes": size}


def one(fields):
    """An object that a field holds."""
    return {"type": "object", "fields": fields}


def many(fields):
    """A list of objects."""
    return {"type": "objects", "fields": fields}


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
USER_ID = {"user_id": text(64), "open_id": text(64), "union_id": text(64)}
EMPLOYMENT, PROBATION = "corehr.employment.updated_v1", "corehr.probation.updated_v2"
TASK, COMMENT = "corehr.pre_hire.onboarding_task_changed_v2", "corehr.process_comment_info.updated_v2"
COMPANY, EMPLOYEE = "corehr.company.updated_v2", "corehr.employee.domain_event_v2"
ROLE, QR_CODE = "corehr.org_role_authorization.updated_v1", "corehr.onboarding_qr_code.inactive_v2"
# Those in which objects are, and those that are flat but odd.
CATALOGUE = {
    COMPANY: (
        14,
        {
            "company_id": text(64),
            "field_changes": text_list(201, 6400),
            "sub_events": many(
                {
                    "id": text(64),
                    "entity": text(128),
                    "agg_entity": text(128),
                    "agg_entity_id": text(64),
                    "agg_entity_field": text(128),
                    "opt_type": ENUM,
                    "field_changes": text_list(1001, 4096),
                }
            ),
        },
    ),
    EMPLOYEE: (
        29,
        {
            "event_type": ENUM,
            "sub_event_type": ENUM,
            "operator_user_id": text(64),
            "opt_scene": text(128),
            "opt_desc": text(2048),
            "opt_time": text(64),
            "opt_id": text(64),
            "employment_id": text(64),
            "data": many(
                {
                    "id": text(64),
                    "entity": text(128),
                    "agg_entity": text(128),
                    "agg_entity_id": text(64),
                    "opt_type": ENUM,
                    "fields": text_list(1001, 4096),
                }
            ),
        },
    ),
    EMPLOYMENT: (
        34,
        {"employment_id": text(64), "target_user_id": one(USER_ID), "field_changes": text_list(101, 3200)},
    ),
    ROLE: (
        61,
        {
            "role_id": text(64),
            "management_scope_list": many({"management_dimension": text(128), "obj_id": text(64)}),
            "employment_id_list": text_list(101, 3200),
        },
    ),
    TASK: (
        71,
        {
            "tenant_id": text(64),
            "pre_hire_id": text(64),
            "onboarding_task_changes": many({"after_status": text(64), "task_code": text(128)}),
            "onboarding_flow_change": one({"after_status": text(64)}),
            "onboarding_flow_id": text(64),
            "flow_info": one({"id": text(64), "name": one({"zh_cn": text(256), "en_us": text(256)})}),
        },
    ),
    PROBATION: (
        73,
        {"employment_id": text(64), "probation_status": text(64), "actual_probation_end_date": text(64)},
    ),
    COMMENT: (74, {"process_id": text(257), "comment_id": text(257), "type": ENUM}),
    QR_CODE: (76, {"code_lists": many({"id": text(64), "png": text(1024), "url": text(1024)})}),
}
NO_EVENT, UNKNOWN_EVENT = 0, 1
UPDATED, STATUS_UPDATE, NODE, APPROVER, CC, JOB = list(EVENTS)[1:]
EVENTS |= {name: table for name, (_, table) in CATALOGUE.items()}
TAGS |= {name: tag for name, (tag, _) in CATALOGUE.items()}
# The events whose fields are of one kind each, with what cases call them.
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
    COMPANY: {
        "company_id": '"6862995757234914821"',
        "field_changes": '["registered_office_address","code"]',
        "sub_events": None,
    },
    EMPLOYEE: {
        "event_type": "2",
        "sub_event_type": "2001",
        "operator_user_id": '"7216228370772919852"',
        "opt_scene": '"OpenAPIAddEmployee"',
        "opt_desc": '"更新人员"',
        "opt_time": '"1719391068"',
        "opt_id": '"7384647389236889132"',
        "employment_id": '"7072306364927985196"',
        "data": None,
    },
    EMPLOYMENT: {
        "employment_id": '"7072306364927985196"',
        "target_user_id": '{"user_id":"e33ggbyz","open_id":"ou_84aad35d084aa403a838cf73ee18467","union_id":"on_8ed6aa67826108097d9ee143816345"}',
        "field_changes": '["tenure","work_email"]',
    },
    ROLE: {
        "role_id": '"6862995757234914823"',
        "management_scope_list": None,
        "employment_id_list": '["6862995757234914824,6862995757234914825"]',
    },
    TASK: {
        "tenant_id": '"6863329932261459464"',
        "pre_hire_id": '"7062716936219954732"',
        "onboarding_task_changes": None,
        "onboarding_flow_change": '{"after_status":"completed"}',
        "onboarding_flow_id": '"65c245b7859c6e77d2290e00"',
        "flow_info": '{"id":"628caefb0eb4ac9c806982ee","name":{"zh_cn":"入职流程","en_us":"Onboarding"}}',
    },
    PROBATION: {
        "employment_id": '"7072306364927985196"',
        "probation_status": '"converted"',
        "actual_probation_end_date": '"2024-05-06"',
    },
    COMMENT: {
        "process_id": '"7278949005675545132"',
        "comment_id": '"7278949005675545133"',
        "type": "1",
    },
    QR_CODE: {"code_lists": None},
}
# The field of an event that holds a list, and what one of its objects is.
LISTS = {
    COMPANY: (
        "sub_events",
        {
            "id": '"6862995757234914827"',
            "entity": '"address"',
            "agg_entity": '"company"',
            "agg_entity_id": '"6862995757234914828"',
            "agg_entity_field": '"registered_office_address"',
            "opt_type": "2",
            "field_changes": '["active","city"]',
        },
    ),
    EMPLOYEE: (
        "data",
        {
            "id": '"6862995757234914829"',
            "entity": '"person_name"',
            "agg_entity": '"person"',
            "agg_entity_id": '"6862995757234914830"',
            "opt_type": "3",
            "fields": '["first_name","地区"]',
        },
    ),
    ROLE: ("management_scope_list", {"management_dimension": '"department"', "obj_id": '"6862995757234914831"'}),
    TASK: ("onboarding_task_changes", {"after_status": '"completed"', "task_code": '"9"'}),
    QR_CODE: (
        "code_lists",
        {"id": '"7304869439029069868"', "png": '"https://example.com/a.png?x=1&y=2"', "url": '"https://example.com/\\u4e8c"'},
    ),
}
for event_type, (field, item) in LISTS.items():
    members = ",".join(f'"{name}":{value}' for name, value in item.items())
    FULL[event_type][field] = f"[{{{members}}},{{}},{{{members}}}]"
