//! What the console's pages say.

pub mod fields;

waiqin_protocol::words! {
    /// The words of the console.
    pub struct ConsoleWords {
        product: "外勤", "Waiqin";
        other_language: "English", "中文";
        skip: "跳到正文", "Skip to content";
        search_hint: "案号、当事人、证件号码、地址", "Number, party, code, address";
        court_clock: "法院时钟 {time}", "Court clock {time}";
        colon: "：", ": ";
        comma: "、", ", ";
        any: "不限", "Any";
        yes: "是", "yes";
        no: "否", "no";
        nothing: "无", "none";
        today: "今天", "today";
        this_week: "本周", "this week";
        cancel: "不做了", "Cancel";
        reason: "理由", "Reason";
        name_value: "{name} {value}", "{name} {value}";
        more_than: "{n} 以上", "over {n}";
        n_more: "还有 {n} 项", "{n} more";
        only_first_shown: "只列出前面一部分。", "Only the first ones are listed.";

        nav_label: "栏目", "Sections";
        nav_group_command: "指挥", "Command";
        nav_group_records: "记录", "Records";
        nav_group_manage: "管理", "Manage";
        nav_overview: "首页", "Overview";
        nav_cases: "案件", "Cases";
        nav_records: "外勤记录", "Field records";
        nav_undelivered: "未送达", "Undelivered";
        nav_import: "导入名册", "Case list";
        nav_devices: "设备", "Devices";
        nav_people: "人员", "People";
        key_rows: "上下", "rows";
        key_open: "打开", "open";
        key_pages: "翻页", "pages";

        day_heading: "{month}{day}日 {weekday}", "{weekday} {day} {month}";
        months: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
        weekdays: "周一 周二 周三 周四 周五 周六 周日", "Mon Tue Wed Thu Fri Sat Sun";
        ago_now: "刚才", "just now";
        ago_minutes: "{n} 分钟前", "{n} min ago";
        ago_hours: "{n} 小时前", "{n} h ago";
        ago_days: "{n} 天前", "{n} d ago";
        wait_seconds: "{n} 秒", "{n} s";
        wait_minutes: "{n} 分钟", "{n} min";
        yuan_amount: "¥ {amount}", "¥ {amount}";

        role: "角色", "Role";
        role_officer: "外勤", "Field officer";
        role_clerk: "内勤", "Clerk";
        role_command: "指挥", "Command";
        role_admin: "系统管理员", "Administrator";

        sign_in_title: "登录", "Sign in";
        login: "登录名", "Login";
        password: "口令", "Password";
        sign_in: "登录", "Sign in";
        sign_out: "退出", "Sign out";
        sign_in_help: "忘记口令请找系统管理员重设。", "If you forgot the password, ask an administrator to set a new one.";
        sign_in_wrong: "登录名或口令不对。请核对后再试。", "Login or password is wrong. Check both and try again.";
        sign_in_blocked: "输错次数过多，{wait}后才能再试。忘记口令请找系统管理员重设。", "Too many wrong tries: the next one is possible in {wait}. If you forgot the password, ask an administrator to set a new one.";

        back_to_overview: "回首页", "To the overview";
        back_to_page: "回到原页", "Back to the page";
        back_to_sign_in: "去登录", "To sign-in";
        forbidden_title: "无权查看", "Not for your role";
        forbidden_text: "您的角色看不了这一页，什么也没有改动。需要时请找系统管理员。", "Your role cannot see this page; nothing was changed. Ask an administrator if you need it.";
        not_found_title: "没有这一页", "No such page";
        not_found_text: "地址不对，或这件案件、记录不在您可以查看的范围内。用上面的搜索再找一次。", "The address is wrong, or the case or record is not among those you may see. Try the search above.";
        expired_title: "页面已过期", "The page is out of date";
        expired_text: "这一页打开后您重新登录过或登录已过期，提交的内容没有采用，什么也没有改动。请回到原页再提交一次。", "You signed in again after this page was opened, or the session ended. What was sent was not used and nothing was changed. Go back and send it again.";
        other_site_title: "提交来自别处", "Sent from elsewhere";
        other_site_text: "这次提交不是从本系统的页面发出的，没有采用，什么也没有改动。请从本系统的页面再做一次。", "This was not sent from a page of this system; it was not used and nothing was changed. Do it again from a page of this system.";
        unreadable_title: "提交的内容读不出来", "What was sent cannot be read";
        unreadable_text: "提交的内容不完整，没有采用，什么也没有改动。请回到原页再提交一次。", "What was sent is incomplete; it was not used and nothing was changed. Go back and send it again.";
        too_large_title: "内容太大", "Too large";
        too_large_text: "提交的内容超过 {max} 的上限，没有采用，什么也没有改动。", "What was sent exceeds the limit of {max}; it was not used and nothing was changed.";
        broken_title: "服务器出错", "The server failed";
        broken_text: "这一页暂时显示不出来。已收到的记录和照片都在，不受影响。请稍后再试；仍不行请找系统管理员看服务器日志。", "This page cannot be shown for the moment. Records and photos received are safe. Try again later; if it stays so, ask an administrator to read the server's log.";

        no_list: "还没有导入名册。导入后，手机才有案件可带出。", "No case list has been imported. Phones have no cases before that.";
        import_first: "导入名册", "Import a list";
        list_line: "名册第 {n} 版 · {when} 导入 · {cases} 件", "List {n} · imported {when} · {cases} cases";
        list_line_rollback: "名册第 {n} 版 · {when} 回退 · {cases} 件", "List {n} · rolled back {when} · {cases} cases";
        list_line_rejected: " · {n} 行未读入", " · rows set aside: {n}";
        list_line_suspicious: " · {n} 处可疑", " · suspicions: {n}";
        open_cases: "在办案件", "Open cases";
        of_list: "名册 {n} 件 · 已结 {closed}", "{n} in the list · {closed} closed";
        due_soon_cases: "七日内届满", "Due in 7 days";
        over_cases: "已超期 {n} 件", "{n} overdue";
        received_today: "今天收到记录", "Records today";
        received_this_week: "本周 {n} 份", "{n} this week";
        photos_not_delivered: "照片未送达", "Photos undelivered";
        on_phones: "{n} 部手机 · {size}", "from phones: {n} · {size}";
        phones: "手机", "Phones";
        last_contact_ago: "最近联系 {ago}", "last contact {ago}";
        no_phone_yet: "还没有登记手机", "none enrolled yet";
        newest_records: "最近收到的记录", "Newest records";
        all_records: "全部记录", "All records";
        attention: "须留意", "To see to";
        nothing_waits: "没有须留意的事项。", "Nothing waits.";
        attention_over: "{n} 件在办案件已超期", "Open cases overdue: {n}";
        attention_over_note: "执行期限已届满，尚未结案", "Their term has ended and they are not closed";
        attention_unmatched: "{n} 份记录没有对上名册", "Records that match no case: {n}";
        attention_unmatched_note: "案号不在名册里，或案号待补", "The number is not in the list, or still open";
        attention_entries: "{who} 的手机有 {n} 条未送达", "{who}'s phone owes entries: {n}";
        attention_silent: "{who} 的手机最近联系是 {ago}", "{who}'s phone: last contact {ago}";
        due_in_days: "七日内届满的案件", "Terms ending within 7 days";
        bars_label: "七日内每天届满的案件，共 {n} 件", "Cases whose term ends on each of the next 7 days, {n} in all";

        cases_found: "{n} 件", "{n} found";
        page_range: "第 {a}–{b} 件，共 {n} 件", "{a}–{b} of {n}";
        page_before: "上一页", "Back";
        page_after: "下一页", "Next";
        page_first: "回到最新", "To the newest";
        filter_state: "状态", "State";
        open: "在办", "Open";
        closed: "已结", "Closed";
        officer: "承办人", "In charge";
        stage: "阶段", "Stage";
        kind: "类型", "Type";
        stay: "止停缓", "Stay";
        due: "届满", "Due";
        due_soon: "七日内", "Within 7 days";
        due_over: "已超期", "Overdue";
        sort: "排序", "Order";
        sort_filed: "新立案在前", "Newest filing first";
        sort_due: "先届满在前", "Earliest due first";
        sort_remaining: "剩余标的大在前", "Largest remaining first";
        sort_number: "按案号", "By number";
        only_absent: "只看名册缺失", "Absent from the list only";
        apply_filter: "筛选", "Filter";
        clear_filter: "清除筛选", "Clear";
        did_you_mean: "您要找的也许是", "You may mean";
        no_case_found: "没有找到案件。", "No case found.";
        no_case_found_help: "案号可以只写后几位，如 2371号；当事人写全名或姓；也可以清除筛选再找。", "Part of the number is enough; a party by name; or clear the filters and try again.";
        case_number: "案号", "Case number";
        debtor_applicant: "被执行人 / 申请执行人", "Debtor / applicant";
        remaining_yuan: "剩余标的（元）", "Remaining (¥)";
        filed: "立案", "Filed";
        merged_into: "并入 {number}", "merged into {number}";
        absent_times: "名册缺失 {n} 次", "absent from lists: {n}";

        case_id: "案件标识", "Case id";
        parties: "当事人", "Parties";
        side: "地位", "Side";
        name: "姓名或名称", "Name";
        code: "证件号码", "Code";
        debtor: "被执行人", "Debtor";
        applicant: "申请执行人", "Applicant";
        field_records: "外勤记录", "Field records";
        case_without_records: "这件案件还没有外勤记录。", "No field record on this case yet.";
        more_photos: "另有 {n} 张照片", "more photos: {n}";
        money: "标的", "Amounts";
        no_money: "名册没有给出金额。", "The list gives no amounts.";
        amount: "执行标的", "Amount";
        paid: "已到位", "Paid";
        remaining: "剩余", "Remaining";
        case_facts: "案情", "Case";
        received_on: "收案", "Received";
        assigned_on: "分案", "Assigned";
        closed_on: "结案", "Closed";
        close_mode: "结案方式", "Closing mode";
        department: "承办部门", "Department";
        cause: "案由", "Cause";
        basis: "执行依据", "Basis";
        first_case: "首次执行案号", "First case";
        merged_into_case: "并入", "Merged into";
        address: "地址", "Address";
        service_address: "送达地址", "Service address";
        phone: "电话", "Telephone";
        days_left: "{day} · 还有 {n} 天", "{day} · days left: {n}";
        days_over: "{day} · 超期 {n} 天", "{day} · days over: {n}";
        former_number: "曾用案号", "Former number";
        until_version: "到第 {n} 版名册止", "until list {n}";
        stage_control: "查控指挥", "Control";
        stage_field: "外勤行动", "Field";
        stage_disposal: "财产处置", "Disposal";
        stage_review: "结案复查", "Review";
        list_history: "名册变动", "List history";
        seen_in_list: "见于第 {n} 版", "in list {n}";
        seen_in_lists: "见于第 {first} 至 {last} 版", "in lists {first} to {last}";
        list_version_file: "第 {n} 版 {file}", "List {n} {file}";
        list_rollback: "回退", "rollback";
        case_came: "新列入", "Came into the list";
        case_went: "移出", "Taken out of the list";
        case_absent_changed: "名册缺失情况变动", "Absence from the list changed";

        records_found: "{n} 份", "{n} found";
        records_more_than: "{n} 份以上", "over {n}";
        received_since: "收到", "Received";
        officer_of_record: "外勤人员", "Officer";
        act: "事项", "Act";
        act_unknown: "其他", "Other";
        act_investigation: "现场调查", "Investigation";
        act_asset_survey: "财产勘察", "Asset survey";
        act_seal: "查封", "Sealing";
        act_removal: "扣押", "Removal";
        act_search: "搜查", "Search";
        act_preservation: "财产保全", "Preservation";
        act_detention: "司法拘留", "Detention";
        act_fine: "罚款", "Fine";
        act_forced_appearance: "拘传", "Forced appearance";
        act_settlement: "执行和解", "Settlement";
        act_eviction: "强制腾退", "Eviction";
        act_service: "送达", "Service";
        act_cash_receipt: "现场收款", "Cash receipt";
        act_campaign: "专项执行行动", "Campaign";
        act_tip: "线索", "Tip";
        only_unmatched: "只看未对上名册", "Matching no case only";
        unmatched: "名册无此案", "Not in the list";
        number_pending: "案号待补", "Number open";
        no_record_yet: "还没有收到外勤记录。手机同步后，记录会出现在这里。", "No record received yet. Records appear here when a phone syncs.";
        no_record_found: "没有符合条件的记录。", "No record fits.";
        place: "地点", "Place";
        device_time: "设备时间", "Device time";
        server_time: "签收时间", "Received";
        photos: "照片", "Photos";
        came: "签收", "received";

        record: "记录", "Record";
        what_it_says: "记录内容", "What it says";
        record_says_nothing: "这份记录还没有填写内容。", "Nothing has been filled in yet.";
        contested_by: "并存", "contested";
        value_removed: "已删去", "removed";
        position: "{lat}, {lon} · ±{m} 米", "{lat}, {lon} · ±{m} m";
        position_mock: "{lat}, {lon} · ±{m} 米 · 系统提示为模拟定位", "{lat}, {lon} · ±{m} m · simulated, by the system's word";
        voided: "已作废", "Void";
        sealed: "封", "Sealed";
        not_sealed: "未封存", "Not sealed";
        who_and_when: "人员与时间", "Who and when";
        number_as_typed: "案号原写", "Number as typed";
        journal: "日志", "Journal";
        chain: "证据链", "Chain";
        entries_all_accepted: "{n} 条全部采用", "all {n} accepted";
        entries_waiting: "{n} 条待定", "to be decided: {n}";
        entries_refused: "{n} 条未采用", "refused: {n}";
        entry_journal_opened: "开立日志", "journal opened";
        entry_record_opened: "开始记录", "record opened";
        entry_fields_changed: "填写", "fields written";
        entry_case_named: "改写案号", "case named";
        entry_evidence_added: "加入照片或文件", "evidence added";
        entry_evidence_withdrawn: "撤下照片或文件", "evidence withdrawn";
        entry_evidence_missing: "声明缺失", "declared missing";
        entry_signature_taken: "签名", "signature taken";
        entry_refusal_noted: "记明拒绝", "refusal noted";
        entry_countersigned: "会签", "countersigned";
        entry_sealed: "封存", "sealed";
        entry_amended: "更正或补充", "amended";
        entry_voided: "作废", "voided";
        entry_contest_decided: "裁定并存", "contest decided";
        entry_held_released: "放行", "released";
        entry_concluded: "核对结论", "concluded";
        entry_accepted: "审核通过", "accepted";
        entry_returned: "退回补正", "returned";
        entry_entries_lost: "声明条目灭失", "entries lost";
        entry_bytes_erased: "依令销毁", "erased by order";
        entry_task_progress: "任务进展", "task progress";
        entry_unreadable: "读不出的条目", "unreadable entry";
        verdict_accepted: "已采用", "accepted";
        verdict_interleaved: "已采用（期间另有填写）", "accepted, others wrote meanwhile";
        verdict_contested: "并存，待裁定", "contested, to be decided";
        verdict_held: "搁置", "held";
        verdict_refused: "未采用", "refused";
        reason_malformed: "格式不符或超过上限", "malformed or over a limit";
        reason_not_of_this_journal: "不属于这本日志", "not of this journal";
        reason_unknown_version: "版本或种类不认识", "unknown version or kind";
        reason_unknown_base: "依据的条目不认识", "unknown base";
        reason_revoked: "设备已吊销", "device revoked";
        reason_after_held: "前面有条目搁置", "after a held entry";
        reason_no_record: "记录未开立", "record was not opened";
        reason_outside_seal: "已封存，改动不入封存正文", "sealed: kept outside the seal";
        reason_fork: "日志分叉", "forked journal";

        photo: "照片", "Photo";
        evidence: "证据", "Evidence";
        evidence_verified: "已复核", "Verified";
        evidence_received: "已签收", "Received";
        evidence_undelivered: "未送达", "Undelivered";
        evidence_missing: "声明缺失", "Missing";
        evidence_withdrawn: "已撤下", "Withdrawn";
        not_a_picture: "无法识别为图片", "Not readable as a picture";
        no_photos: "无", "none";
        record_without_photos: "这份记录没有照片。", "This record has no photos.";
        photos_all_here: "{n} 张全部签收", "all {n} received";
        photos_undelivered: "{all} 张中 {n} 张未送达", "{n} of {all} undelivered";
        photos_missing: "{all} 张中 {n} 张声明缺失", "{n} of {all} declared missing";
        photo_overall: "全景", "Overall";
        photo_detail: "细节", "Detail";
        photo_nameplate: "铭牌", "Nameplate";
        photo_seal_strip: "封条", "Seal strip";
        photo_service: "送达", "Service";
        photo_signature: "签名", "Signature";
        photo_paper: "证件、文书", "Paper";
        photo_lease: "租约", "Lease";
        photo_injury: "伤情", "Injury";
        photo_other: "其他", "Other";
        photo_shows: "内容", "Shows";
        photo_source: "来源", "Source";
        source_camera: "本机拍摄", "Taken by this phone";
        source_external: "外部来源", "External source";
        source_glass: "屏上手写", "Written on the screen";
        photo_taken: "拍摄时间", "Taken";
        photo_taken_claim: "据文件所称", "by the file's word";
        photo_added: "入记录", "Added";
        photo_before: "上一张", "Back";
        photo_after: "下一张", "Next";
        open_original: "看原件", "Open the original";
        save_original: "下载原件", "Save the original";
        file: "文件", "File";
        size: "大小", "Size";

        undelivered_what: "手机已报出、法院还没有收到的内容。声明缺失的不在此列。", "What phones announced and the court has not received. What was declared missing is not waited for.";
        undelivered_entries: "日志条目", "Entries";
        undelivered_photos: "照片与文件", "Photos and files";
        no_entries_missing: "报出的条目都已签收。", "All announced entries are received.";
        no_photos_missing: "记录提到的照片和文件都已签收。", "All photos and files named by records are received.";
        announced_not_delivered: "报出未送达", "Announced, not delivered";
        entries_from_to: "{n} 条（第 {a}–{b} 条）", "{n} ({a}–{b})";
        last_contact: "最近联系", "Last contact";
        waiting_since: "等待", "Waiting";

        devices_found: "{n} 本日志", "journals: {n}";
        device: "手机", "Phone";
        enrolled: "登记", "Enrolled";
        entries_here: "已签收条目", "Entries received";
        photos_here: "已签收照片", "Photos received";
        not_delivered: "未送达", "Undelivered";
        n_entries: "{n} 条", "entries: {n}";
        n_photos: "{n} 张", "photos: {n}";
        n_entries_announced: "另报出 {n} 条未送达", "announced, undelivered: {n}";
        n_photos_missing: "{n} 张未送达", "undelivered: {n}";
        all_delivered: "无", "none";
        revoked: "已吊销", "Revoked";
        no_device: "还没有登记手机。", "No phone is enrolled.";
        no_device_ask: "请系统管理员发登记码。", "Ask an administrator for an enrolment ticket.";
        journal_cause: "开立原因", "Opened because";
        cause_enrolled: "首次登记", "First enrolment";
        cause_reinstalled: "重装", "Reinstalled";
        cause_restored_copy: "副本恢复", "Restored from a copy";
        cause_forked: "分叉", "Forked";
        cause_reapproved: "吊销后重新批准", "Approved again";
        cause_new_key: "换密钥", "New key";
        cause_new_suite: "换算法", "New suite";
        journal_id: "日志编号", "Journal id";
        device_id: "设备编号", "Device id";
        journal_parent: "上一本日志", "Journal before";
        device_owes: "这部手机还有 {entries} 条、{photos} 张未送达。吊销后仍可上交，但会搁置待放行。", "This phone still owes entries: {entries}, photos: {photos}. It may hand them in after the revocation; they are then held for release.";
        revoke: "吊销", "Revoke";
        revoke_hint: "手机遗失或人员离岗时使用。", "For a lost phone, or an officer who left.";
        revoke_ask: "吊销这部手机的日志？", "Revoke this phone's journal?";
        revoke_what: "吊销后不再下发案件，手机会被要求清除法院已签收的内容；未送达的内容仍可上交。不能撤销，再用须重新登记。", "A revoked phone gets no cases and is told to wipe what the court holds; what is undelivered may still be handed in. This cannot be undone: to be used again it must be enrolled anew.";
        revoke_do: "吊销", "Revoke";
        ticket_make: "登记新手机", "Enrol a phone";
        ticket_for: "发给", "For";
        ticket_issue: "发登记码", "Issue a ticket";
        ticket_what: "登记码只显示一次、只能用一次，当面交给本人。", "A ticket is shown once and works once. Hand it to the officer in person.";
        no_officer: "还没有外勤人员。先在服务器上添加人员。", "There is no field officer yet. Add people on the server first.";
        ticket_title: "{who} 的登记码", "Ticket for {who}";
        ticket_until: "{time} 前有效", "valid until {time}";
        ticket_once: "离开本页后不再显示。没有用上就重新发一个，旧码到时失效。", "It is not shown again after this page. If it was not used, issue another; the old one expires.";
        ticket_qr: "登记码的二维码", "QR code of the ticket";
        ticket_step_open: "在手机上打开外勤，选登记。", "Open Waiqin on the phone and choose enrolment.";
        ticket_step_scan: "扫左边的二维码，或粘贴下面的文字。", "Scan the QR code, or paste the text below.";
        ticket_step_check: "核对手机上显示的是 {who}，再设口令。", "Check that the phone names {who}, then set a PIN.";
        ticket_text: "登记码文字", "Ticket as text";
        ticket_done: "已交给本人", "Handed over";

        people_found: "{n} 人", "people: {n}";
        name_in_list: "名册中的姓名", "Name in the list";
        state: "状态", "State";
        person_disabled: "已停用", "Disabled";
        person_blocked: "登录锁定，{wait}后解除", "Locked out for {wait}";
        person_signs_in: "可登录", "May sign in";
        person_phone_only: "只用手机", "Phone only";
        people_how: "人员在服务器上添加和修改：", "People are added and changed on the server:";

        import_what: "先预览，再应用；应用后可以回退。", "Preview first, then apply; what was applied can be rolled back.";
        import_file: "办案系统导出的名册", "The list as the case system exported it";
        import_preview: "预览", "Preview";
        import_busy: "正在读取", "Reading";
        import_formats: "CSV、TSV、XLSX、XLS；编码和表头自动识别，应用前不会改动任何案件。", "CSV, TSV, XLSX, XLS; encoding and header are recognised. No case changes before it is applied.";
        import_nothing_chosen: "没有选文件，或文件是空的。", "No file was chosen, or it is empty.";
        import_waiting: "已上传，待应用", "Uploaded, not applied";
        import_versions: "历次名册", "Lists so far";
        import_refused: "这份名册读不了", "This list cannot be read";
        import_choose_other: "另选文件", "Choose another file";
        version: "版", "List";
        applied: "应用", "Applied";
        applied_by: "应用人", "By";
        by_command_line: "命令行", "command line";
        cases_in_list: "案件", "Cases";
        set_aside_and_reason: "未读入与理由", "Set aside, and reason";
        current: "现行", "current";
        n_rejected: "{n} 行未读入", "rows set aside: {n}";
        n_suspicious: "{n} 处可疑", "suspicions: {n}";
        n_lost_cells: "{n} 格未采用", "cells not used: {n}";
        rolls_back_version: "回退第 {n} 版", "rolls back list {n}";
        preview: "预览", "Preview";
        preview_title: "预览 {file}", "Preview {file}";
        rows: "行", "rows";
        preview_first: "这是第一份名册。", "This is the first list.";
        preview_against: "与现行第 {n} 版相比。", "Compared with list {n}, which is current.";
        preview_cases: "读出 {n} 件", "{n} cases read";
        preview_notes: "文件情况", "About the file";
        preview_outdated: "预览后名册已更新到第 {n} 版，没有应用。下面是与新版相比的结果，请再看一遍。", "The list moved on to version {n} after the preview; nothing was applied. Below is the comparison with it: please look again.";
        preview_overtaken: "刚才另有名册应用，这一份没有应用。请重新预览。", "Another list was applied just now; this one was not. Please preview it again.";
        preview_needs_reason: "名册有可疑之处，没有应用。确认无误请写明理由。", "The list looks suspicious; nothing was applied. If it is right, give the reason.";
        reason_to_apply: "确认无误的理由", "Why it is right all the same";
        apply_list: "应用名册", "Apply the list";
        apply_list_anyway: "写明理由并应用", "Apply with this reason";
        applying: "正在应用", "Applying";
        apply_what: "一次全部生效；手机下次同步时收到变动。", "It takes effect as a whole; phones get the changes with their next sync.";
        discard_list: "不用这份", "Discard";
        repairs: "修复", "Repairs";
        repairs_counted: "按行计，重复行也计", "rows of the file";
        changes: "变动", "Changes";
        changes_counted: "按案件计", "cases";
        rejected_rows: "未读入的行", "Rows set aside";
        lost_cells: "未采用的格", "Cells not used";
        row: "行", "Row";
        row_n: "第 {n} 行", "row {n}";
        as_written: "原写", "As written";
        as_read: "读作", "As read";
        before_after: "变动前后", "Before and after";
        version_title: "名册第 {n} 版", "List {n}";
        changed_cases: "变动的案件", "Cases changed";
        no_changes: "没有案件变动。", "No case changed.";
        rollback: "回退这一版", "Roll back this list";
        rollback_hint: "恢复到上一版的内容，作为新的一版。", "Restores what stood before, as a new version.";
        rollback_ask: "回退这一版名册？", "Roll back this list?";
        rollback_what: "案件恢复为上一版的内容，并记为新的一版；这一版和其间的记录、决定都保留。手机下次同步时收到变动。", "Cases get back what stood before, as a new version. This version stays on record, and so do records and decisions made since. Phones get the changes with their next sync.";
        rollback_do: "回退", "Roll back";
        rollback_needs_reason: "请写明回退的理由。", "Give the reason for rolling back.";
        rollback_overtaken: "已有更新的名册，只能回退最新一版。没有改动。", "There is a newer list; only the newest can be rolled back. Nothing was changed.";
    }
}

impl ConsoleWords {
    /// A case number for tests of what cuts numbers into parts.
    pub const SAMPLE_NUMBER: &'static str = "（2019）粤0115执2371号";
}

#[cfg(test)]
mod tests {
    use super::ConsoleWords;
    use super::fields::FieldWords;
    use waiqin_protocol::words::placeholders;

    #[test]
    fn both_languages_carry_the_same_placeholders_and_no_shouting() {
        for (name, zh, en) in ConsoleWords::ALL.iter().chain(FieldWords::ALL) {
            assert_eq!(placeholders(zh), placeholders(en), "{name}");
            for text in [zh, en] {
                assert!(!text.is_empty() && !text.contains(['!', '！']), "{name}");
            }
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(
                !en.chars().any(han) || *name == "other_language",
                "{name}: {en}"
            );
            assert!(!zh.contains("成功"), "{name}");
        }
    }

    #[test]
    fn calendars_are_complete() {
        for words in [&ConsoleWords::ZH, &ConsoleWords::EN] {
            assert_eq!(words.months.split(' ').count(), 12);
            assert_eq!(words.weekdays.split(' ').count(), 7);
        }
    }
}
