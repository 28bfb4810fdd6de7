//! Names of the fields of records and of what they may hold (DOMAIN §2.1b). A field is looked up by
//! its name in the journal (`f_…`), a code by the code (`c_…`), a list by its name (`l_…`).

use waiqin_protocol::words::Lang;

waiqin_protocol::words! {
    /// Names of fields, lists and codes of a record.
    pub struct FieldWords {
        f_t0: "到场时间", "Arrived";
        f_t1: "离场时间", "Left";
        f_place: "地点", "Place";
        f_fix: "定位", "Position";
        f_no_fix_reason: "没有定位的原因", "Why no position";
        f_debtor_met: "见到被执行人本人或负责人", "Debtor or person in charge met";
        f_no_witness_reason: "无人在场或拒不到场的情况", "Nobody there, or refusal to come";
        f_rights_told: "已告知权利义务", "Rights and duties told";
        f_willingness: "履行意愿", "Willingness to pay";
        f_assets_stated: "自述财产", "Assets stated";
        f_property_order: "报告财产令", "Order to report assets";
        f_course: "经过", "Course";
        f_result: "结果", "Result";
        f_objections: "异议", "Objections";
        f_remarks: "备注", "Remarks";
        f_person: "姓名", "Name";
        f_role: "身份", "Role";
        f_gender: "性别", "Gender";
        f_id_shown_at: "出示证件时间", "ID shown at";
        f_uniform: "着制服", "In uniform";
        f_recusal: "回避", "Recusal";
        f_name: "姓名", "Name";
        f_post: "职务或关系", "Post or relation";
        f_age: "年龄", "Age";
        f_capacity: "行为能力", "Capacity";
        f_relation: "关系", "Relation";
        f_id_no: "证件号码", "ID number";
        f_id_not_shown: "未出示证件", "ID not shown";
        f_signed: "签名", "Signed";
        f_refusal: "拒绝情况", "Refusal";
        f_who: "是谁", "Who";
        f_refused: "拒绝说明", "Refused to say";
        f_item: "查看事项", "Checked";
        f_fact: "看到的事实", "What was seen";
        f_none_found: "未发现", "Nothing found";
        f_q: "问", "Question";
        f_a: "答", "Answer";
        f_kind: "类型", "Kind";
        f_birth_on: "出生日期", "Born";
        f_address: "住址", "Address";
        f_to: "对象", "To";
        f_class: "类别", "Class";
        f_mode: "方式", "Mode";
        f_at: "时间", "At";
        f_came: "到场", "Came";
        f_no: "编号", "Number";
        f_on: "日期", "Date";
        f_approved_by: "签发人", "Approved by";
        f_article: "条款", "Article";
        f_shown_at: "出示时间", "Shown at";
        f_served_at: "送达时间", "Served at";
        f_due: "期限", "Due";
        f_done_at: "完成时间", "Done at";
        f_done: "已完成", "Done";
        f_received_at: "收到时间", "Received at";
        f_urgent: "紧急", "Urgent";
        f_line: "序号", "Line";
        f_rank: "顺位", "Rank";
        f_quantity: "数量", "Quantity";
        f_unit: "单位", "Unit";
        f_condition: "状况", "Condition";
        f_location: "存放地点", "Location";
        f_brand: "品牌", "Brand";
        f_model: "型号", "Model";
        f_serial_no: "出厂编号", "Serial number";
        f_plate: "号牌", "Plate";
        f_vin: "车架号", "VIN";
        f_engine_no: "发动机号", "Engine number";
        f_registered: "已登记", "Registered";
        f_cert_no: "权证号", "Certificate number";
        f_est_value_fen: "参考价", "Estimated value";
        f_owner: "所有人", "Owner";
        f_note: "附注", "Note";
        f_list_no: "清单编号", "List number";
        f_effect_from: "生效日期", "Effective from";
        f_expires_on: "届满日期", "Expires on";
        f_use_allowed: "允许使用", "May be used";
        f_execution: "执行情况", "Execution";
        f_facts: "事实", "Facts";
        f_legal_item: "法律依据", "Legal basis";
        f_days: "天数", "Days";
        f_from_on: "起始日期", "From";
        f_to_on: "届满日期", "To";
        f_fine_fen: "罚款金额", "Fine";
        f_total_fen: "总额", "Total";
        f_amount_fen: "金额", "Amount";
        f_amount_capital: "大写金额", "Amount in capitals";
        f_due_on: "期限", "Due on";
        f_receipt_no: "收据编号", "Receipt number";

        l_officers: "执行人员", "Officers";
        l_present: "在场人", "Present";
        l_neighbours: "周边询问", "Neighbours asked";
        l_checked: "查看事项", "Checked";
        l_questions: "询问", "Questions";
        l_sources: "来源", "Sources";
        l_special: "特殊主体", "Special status";
        l_debtor: "被执行人", "Debtor";
        l_docs: "文书", "Papers";
        l_notices: "通知", "Notices";
        l_follow_ups: "后续事项", "Follow-ups";
        l_assets: "财产清单", "Inventory";
        l_keeper: "保管人", "Keeper";
        l_publicity: "封条与公告", "Seals and notices";
        l_handover: "移交", "Handover";
        l_tip: "线索", "Tip";
        l_read_back: "宣读或交阅", "Read back";
        l_parties: "当事人", "Parties";
        l_instalments: "分期", "Instalments";
        l_copies: "复制件", "Copies";

        c_executor: "执行员", "executor";
        c_judge: "法官", "judge";
        c_clerk: "书记员", "clerk";
        c_judicial_police: "司法警察", "judicial police";
        c_none: "无须回避", "none needed";
        c_needed: "须回避", "needed";
        c_debtor: "被执行人", "debtor";
        c_legal_representative: "法定代表人或负责人", "legal representative";
        c_adult_family: "成年家属", "adult family member";
        c_employee: "员工", "employee";
        c_grassroots: "基层组织人员", "grassroots organisation";
        c_applicant: "申请执行人", "applicant";
        c_other: "其他", "other";
        c_deputy: "人大代表", "deputy";
        c_military: "军人", "military";
        c_foreign: "外国人、港澳台", "foreign, HK, Macao, Taiwan";
        c_pregnant: "孕期或哺乳期", "pregnant or nursing";
        c_over_70: "七十岁以上", "seventy or older";
        c_ill: "重病", "seriously ill";
        c_residence: "住所", "residence";
        c_premises: "经营场所", "business premises";
        c_employer: "所在单位", "employer";
        c_income: "收入", "income";
        c_vehicle: "车辆", "vehicles";
        c_real_estate: "房产", "real estate";
        c_neighbourhood: "邻里", "neighbourhood";
        c_served_now: "当场送达", "served now";
        c_served_before: "此前已送达", "served before";
        c_not_served: "未送达", "not served";
        c_assets_found: "发现可供执行财产", "assets found";
        c_leads: "发现线索，待核实", "leads to verify";
        c_no_assets: "未发现财产", "no assets found";
        c_moved: "已搬离或下落不明", "moved or whereabouts unknown";
    }
}

/// The name of a field, list or code in a language; `None` for one that this version does not know.
#[must_use]
pub fn named(prefix: &str, name: &str, lang: Lang) -> Option<&'static str> {
    let entry = FieldWords::ALL
        .iter()
        .find(|(key, _, _)| key.strip_prefix(prefix).is_some_and(|rest| rest == name))?;
    Some(match lang {
        Lang::Zh => entry.1,
        Lang::En => entry.2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lists_and_codes_are_told_apart() {
        assert_eq!(named("f_", "place", Lang::En), Some("Place"));
        assert_eq!(named("c_", "debtor", Lang::En), Some("debtor"));
        assert_eq!(named("l_", "debtor", Lang::En), Some("Debtor"));
        assert_eq!(named("f_", "later", Lang::Zh), None);
        assert_eq!(named("f_", "", Lang::Zh), None);
    }
}
