//! What the import of the main case list says.

waiqin_protocol::words! {
    /// The words of the list import: errors, notes, rows and cells set aside, changes.
    pub struct ListWords {
        /// Behind every refusal.
        former_list_stands: "原清单未变动。", " The former list is unchanged.";
        list_comma: "、", ", ";
        place_row: "第 {row} 行", "row {row}";
        place_cell: "第 {row} 行 {column} 列", "row {row}, column {column}";
        place_sheet: "工作表“{sheet}”{cell}", "sheet “{sheet}”, {cell}";

        empty: "文件是空的，没有一行内容。请在办案系统重新导出后再选这个文件。", "The file is empty: it has no row. Export it again from the case system and choose it again.";
        too_large: "文件有 {size}，超过 {max} 的上限。请按立案年份分批导出。", "The file has {size}, more than the limit of {max}. Export it in parts, by year of filing.";
        other_kind: "这个文件的内容是“{kind}”，不是清单，与文件名无关。请选择办案系统导出的 CSV、TSV、XLSX 或 XLS 文件。", "The content of this file is {kind}, not a list, whatever its name says. Choose the CSV, TSV, XLSX or XLS file that the case system exported.";
        other_workbook: "这个文件是“{kind}”，本系统不读。请用 Excel 或 WPS 打开，另存为“Excel 工作簿 (.xlsx)”后再导入。", "This file is {kind}, which is not read here. Open it in Excel or WPS, save it as an Excel workbook (.xlsx) and import that.";
        kind_picture: "图片", "a picture";
        kind_pdf: "PDF 文档", "a PDF document";
        kind_document: "文字文档", "a text document";
        kind_archive: "压缩包", "an archive";
        kind_xml_spreadsheet: "XML 表格", "an XML spreadsheet";
        kind_other_workbook: "另一种表格文件", "a workbook of another kind";
        kind_json: "JSON 数据", "JSON data";
        kind_program: "程序或数据库文件", "a program or database file";
        web_page: "这个文件其实是网页，只是起了 .xls 的名字。请用 Excel 或 WPS 打开，另存为“Excel 工作簿 (.xlsx)”后再导入。", "This file is a web page that was named .xls. Open it in Excel or WPS, save it as an Excel workbook (.xlsx) and import that.";
        encoding: "{where}起有 {rows} 行的文字既不是 UTF-8，也不是 GB18030，读不出来。请在办案系统以 UTF-8 或 GBK 编码重新导出。", "From {where} on, {rows} rows are neither UTF-8 nor GB18030 and cannot be read. Export the list again as UTF-8 or GBK.";
        encoding_guess: "文字编码不对：从{where}看，像是 {guess} 编码，{rows} 行读不出来。请以 UTF-8 或 GBK 编码重新导出。", "Wrong encoding: from {where} it looks like {guess}; {rows} rows cannot be read. Export the list again as UTF-8 or GBK.";
        mixed_encodings: "一个文件里有两种编码：{where}以前是 {before}，从这一行起是 {after}。可能是两个文件拼在了一起。请分别导出，不要拼接。", "Two encodings in one file: {before} up to here, {after} from {where} on. Two files were probably joined. Export them separately and do not join them.";
        garbled: "{where}的表头是乱码：文件曾用错误的编码打开并保存过。请不要用别的程序打开，直接导入办案系统导出的原文件。", "The header in {where} is garbled: the file was once opened in the wrong encoding and saved. Import the file as the case system exported it, without opening it elsewhere.";
        truncated: "文件在{where}中间断了，后面的案件不在文件里。请重新导出或重新复制完整的文件。", "The file breaks off in the middle of {where}; the cases behind it are not in the file. Export or copy the whole file again.";
        workbook_damaged: "表格文件打不开：文件不完整或已损坏。请重新导出，或用 Excel、WPS 打开后另存为 .xlsx。", "The workbook cannot be opened: it is cut off or damaged. Export it again, or open it in Excel or WPS and save it as .xlsx.";
        sheet_damaged: "表格读到{where}就读不下去了：文件已损坏。请重新导出，或用 Excel、WPS 打开后另存为 .xlsx。", "The sheet cannot be read further than {where}: the file is damaged. Export it again, or open it in Excel or WPS and save it as .xlsx.";
        zeros: "从{where}起有 {bytes} 个连续的空字节，那里的内容已经丢失，多半是复制时中断。请重新复制或重新导出。", "From {where} on there are {bytes} NUL bytes in a row: what stood there is lost, probably in copying. Copy or export the file again.";
        quote_open: "{where}的引号没有结束，后面的行都被当成了这一格的内容。请在这一格补上引号，或重新导出；如果文件是复制来的，也可能没有复制完。", "The quote in {where} is never closed, so that the rows behind it count as part of this cell. Close the quote in this cell or export the list again; a copied file may also be cut off.";
        quote_broken: "{where}的引号后面还有文字，分不清哪里是这一格的结尾。请把格内的引号写成两个，或改用 XLSX 导出。", "Text follows the closing quote in {where}, so that the end of the cell is not clear. Double the quotes inside the cell, or export as XLSX.";
        no_header: "没有找到表头。第一行应写明各列的名称，其中须有“案号”。请连同表头一起导出。", "No header was found. The first row should name the columns, among them 案号 (case number). Export the list with its header.";
        no_number_column: "没有“案号”这一列。看到的表头是：{seen}。请在导出时选上案号，或把表头改名为“案号”。", "No column is named 案号 (case number). The header seen is: {seen}. Include the case number in the export, or rename its header to 案号.";
        two_columns: "{first} 列和{where}都叫“{header}”，分不清以哪一列为准。请删去其中一列或改名。", "Column {first} and {where} are both named {header}; it is not clear which one counts. Remove or rename one of them.";
        no_cases: "只有表头，没有一个案件。请检查导出时的筛选条件。", "There is a header and not one case. Check the filter of the export.";
        sheets_differ: "工作表“{first}”和“{second}”都有案号，但列不相同，分不清以哪一张为准。请只保留一张，或分开导入。", "The sheets “{first}” and “{second}” both have case numbers, but their columns differ; it is not clear which one counts. Keep only one, or import them separately.";
        too_many_rows: "到{where}已超过 {max} 行的上限。请按立案年份分批导出。", "At {where} the limit of {max} rows is passed. Export the list in parts, by year of filing.";
        too_many_columns: "到{where}已超过 {max} 列的上限。清单不会有这么多列，多半是分隔符或换行丢失。请重新导出。", "At {where} the limit of {max} columns is passed. No list has so many; separators or line ends were probably lost. Export it again.";
        cell_too_long: "{where}的内容超过 {max} 字，多半是换行或分隔符丢失。请改正这一格或重新导出。", "The cell in {where} holds more than {max} characters; line ends or separators were probably lost. Correct this cell or export the list again.";
        too_much_text: "读到{where}，清单的文字已超过 {max} 的上限。请少导出几列，或按立案年份分批导出。", "At {where} the text of the list passes the limit of {max}. Export fewer columns, or in parts by year of filing.";
        unpacks: "表格文件里的“{part}”解压后超过 {max} MB，正常的清单没有这么大，已停止读取。请用 Excel 或 WPS 打开核对，另存后再导入。", "The part “{part}” of the workbook unpacks to more than {max} MB; no list is so large, so reading stopped. Check it in Excel or WPS, save it anew and import that.";
        swells: "表格文件里的“{part}”解压后膨胀到 {times} 倍以上，正常的清单不会这样，可能有害，已停止读取。请用 Excel 或 WPS 打开核对，另存后再导入。", "The part “{part}” of the workbook unpacks to more than {times} times its size, as no list does; it may be harmful and reading stopped. Check it in Excel or WPS, save it anew and import that.";
        entities: "表格文件里的“{part}”含有外部定义，正常的导出不会有，可能有害，已停止读取。请从办案系统重新导出。", "The part “{part}” of the workbook declares entities, which no export does and which may be harmful; reading stopped. Export the list again from the case system.";
        odd_archive: "表格文件的“{part}”结构不正常，不像表格程序写出的文件，已停止读取。请用 Excel 或 WPS 打开，另存后再导入。", "The part “{part}” of the workbook is built as no spreadsheet program does; reading stopped. Open it in Excel or WPS, save it anew and import that.";
        encrypted: "表格设了打开密码，读不了。请在 Excel 或 WPS 中去掉密码，另存后再导入。", "A password protects the workbook. Remove it in Excel or WPS, save the file and import that.";
        old_workbook: "这是 Excel 95 或更早版本的文件。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。", "This workbook is of Excel 95 or before. Open it in Excel or WPS, save it as .xlsx and import that.";

        note_name_differs: "文件名与内容不符，按内容读为 {text}。", "The name of the file does not suit its content; it was read as {text}.";
        note_nul_bytes: "有 {count} 个空字节，已去掉。", "{count} NUL bytes were taken out.";
        note_cr_lines: "行尾只有回车符（旧式 Mac 文件），已按行读出。", "Rows end with a carriage return alone, as old Mac files do; they were read as rows.";
        note_title_rows: "表头在{where}，其上 {count} 行是标题，未作案件读入。", "The header is in {where}; the {count} rows above it are a title and were not read as cases.";
        note_second_header: "表头有两行，已合并（第二行是{where}）。", "The header takes two rows, which were joined (the second is {where}).";
        note_columns_changed: "{where}又有一行表头，列的次序或名称与前面不同，其下各行按新表头读。", "There is another header in {where}, with other columns or in another order; the rows below were read by it.";
        note_formula_cells: "有 {count} 格是公式，用的是文件里存的结果。", "{count} cells are formulas; the results stored in the file were used.";
        note_several_sheets: "有不止一张工作表是清单，都已读入。", "More than one sheet is a list; all were read.";
        note_sheet_skipped: "工作表“{text}”没有案号列，未读。", "The sheet “{text}” has no case-number column and was not read.";
        note_hidden_sheet: "工作表“{text}”是隐藏的，未读。", "The sheet “{text}” is hidden and was not read.";
        note_merged_cells: "有 {count} 处合并单元格跨多行，已按首行的内容补齐。", "{count} merged cells span several rows; each row was given the content of the first.";
        note_damaged_rows: "有 {count} 行含有读不出的字节，这些格未采用。", "{count} rows hold bytes that cannot be read; those cells were not used.";
        note_footer_count: "页脚（{where}）写共 {text} 件，实际读出 {count} 件。请核对是否导全。", "The footer ({where}) counts {text} cases, and {count} were read. Check whether the export is complete.";
        note_unknown_columns: "有 {count} 列没有对应的栏目，按原表头保留：{text}。", "{count} columns have no field of their own and were kept by their header: {text}.";
        note_lost_cells: "有 {count} 格读不出来，案件照常读入，这些格不改动原有内容。", "{count} cells cannot be read; their cases were read, and what was known before stays.";

        row_no_number: "{where}没有案号（{text}），未读入。请补上案号后重新导入。", "There is no case number in {where} ({text}); the row was not read. Add the number and import again.";
        row_bad_number: "{where}的案号“{text}”读不出来，未读入。请在办案系统改正。", "The case number “{text}” in {where} cannot be read; the row was not read. Correct it in the case system.";
        row_bad_number_suggestion: "{where}的案号“{text}”读不出来，可能是“{suggestion}”。确认后采用，或在办案系统改正。", "The case number “{text}” in {where} cannot be read; it may be “{suggestion}”. Accept that, or correct it in the case system.";
        row_unknown_type: "{where}的案号“{text}”用了没有见过的类型代字，未读入。若确有此类案件，请在设置中加入类型代字。", "The case number “{text}” in {where} has an unknown type code; the row was not read. If there are such cases, add the type code in the settings.";
        row_several_numbers: "{where}的一格里有几个案号（{text}），分不清本行属于哪一件，未读入。请一案一行。", "Several case numbers stand in one cell in {where} ({text}); it is not clear which case the row is, so it was not read. Give each case a row.";
        row_contradiction: "{where}与第 {other} 行是同一案件（{text}），但“{field}”不同，两行都未读入，该案保持原样。请在办案系统核对后重新导出。", "The rows in {where} and row {other} are the same case ({text}) but differ in “{field}”; neither was read, and the case stays as it was. Check it in the case system and export again.";
        row_extra_cells: "{where}（{text}）的格数比表头多，多半是格内有分隔符而没加引号，各列已错位，未读入。请改正或改用 XLSX 导出。", "There are more cells in {where} ({text}) than in the header: a separator inside a cell without quotes has shifted the columns, so the row was not read. Correct it or export as XLSX.";
        row_damaged_bytes: "{where}的案号里有损坏的字节（{text}），未读入。请重新导出。", "The case number in {where} holds damaged bytes ({text}); the row was not read. Export the list again.";
        row_lost_number: "{where}的案号是错误值或没有结果的公式（{text}），未读入。请在 Excel 中打开并保存一次，或改为文字。", "The case number in {where} is an error value or a formula without a result ({text}); the row was not read. Open and save the file once in Excel, or replace formulas by text.";

        cell_scientific: "{where}“{header}”是 {text}：表格程序把号码变成了科学计数，后几位已丢失，找不回来。请把这一列设为文本后重新导出；原有号码不变。", "{header} in {where} is {text}: a spreadsheet turned the number into scientific notation and its last digits are lost for good. Export the list again with this column as text; the number known before stays.";
        cell_error_value: "{where}“{header}”是错误值 {text}，未采用。", "{header} in {where} is the error value {text} and was not used.";
        cell_formula: "{where}“{header}”是没有结果的公式，未采用。请在 Excel 中打开并保存一次，或改为数值。", "{header} in {where} is a formula without a result and was not used. Open and save the file once in Excel, or replace formulas by values.";
        cell_bytes: "{where}“{header}”有读不出的字节（{text}），未采用。", "{header} in {where} holds bytes that cannot be read ({text}) and was not used.";
        cell_date: "{where}“{header}”的“{text}”不是日期，未采用。", "“{text}” in {where}, {header}, is no date and was not used.";
        cell_ambiguous_date: "{where}“{header}”的“{text}”有两种读法，未采用。请写成 2019-01-21 的样子。", "“{text}” in {where}, {header}, reads two ways and was not used. Write dates like 2019-01-21.";
        cell_money: "{where}“{header}”的“{text}”不是金额，未采用。", "“{text}” in {where}, {header}, is no amount and was not used.";

        field_id: "案件标识", "case id";
        field_number: "案号", "case number";
        field_kind: "案件类型", "case type";
        field_received_on: "收案日期", "received on";
        field_filed_on: "立案日期", "filed on";
        field_assigned_on: "分案日期", "assigned on";
        field_closed_on: "结案日期", "closed on";
        field_due_on: "执行期限届满日期", "due on";
        field_cause: "案由", "cause";
        field_applicants: "申请执行人", "applicants";
        field_debtors: "被执行人", "debtors";
        field_amount: "应执行标的金额", "amount";
        field_remaining: "剩余执行标的金额", "remaining amount";
        field_paid: "实际到位金额", "paid amount";
        field_officer: "承办人", "officer";
        field_department: "承办部门", "department";
        field_stage: "案件进展阶段", "stage";
        field_stay: "止停缓标志", "stay";
        field_merged_into: "并入", "merged into";
        field_basis: "执行依据文号", "basis";
        field_close_mode: "结案方式", "closing mode";
        field_first_case: "首次执行案号", "first case";
        field_address: "地址", "address";
        field_service_address: "送达地址", "service address";
        field_phone: "手机号码", "telephone";
        field_other: "其他栏目", "other columns";

        change_merged: "并入他案", "merged";
        change_restarted: "恢复执行", "restarted";
        change_closed: "结案", "closed";
        change_stayed: "中止或暂缓", "stayed";
        change_dropped: "本次缺失", "dropped";
        change_added: "新收", "added";
        change_renumbered: "改案号", "renumbered";
        change_reassigned: "换承办人", "reassigned";
        change_party_renamed: "当事人更名", "party renamed";
        change_amount_changed: "剩余标的变动", "amount changed";
        change_reopened: "结案撤回", "reopened";
        change_unstayed: "止停缓解除", "stay lifted";
        change_returned: "缺失后重现", "returned";
        change_parties_differ: "当事人不同，请核对", "other parties, please check";
        change_updated: "其他更新", "updated";

        suspicion_dropped: "原有 {of} 件中有 {count} 件不在本次清单里，超过 10%。可能导出时有筛选。", "{count} of {of} known cases are not in this list, more than 10 %. The export may have been filtered.";
        suspicion_unreadable: "{of} 行案件中有 {count} 行读不出案号，超过 5%。", "{count} of {of} case rows have no readable number, more than 5 %.";
        suspicion_fewer_rows: "本次只有 {count} 件，比原有的 {of} 件少三成以上。", "This list has {count} cases, over 30 % fewer than the {of} known.";
        suspicion_other_court: "有 {count} 件是别的法院的案号：{courts}。", "{count} cases carry the number of another court: {courts}.";

        repair_halfwidth_number: "案号半角括号", "half-width brackets";
        repair_spaced_number: "案号夹空格", "spaces in the number";
        repair_leading_zero: "案号补零", "leading zeros";
        repair_no_hao: "案号缺“号”字", "missing 号";
        repair_wan_yuan: "金额以万元计", "amount in 万元";
        repair_sci_id: "证件号码成科学计数", "code in scientific notation";
        repair_masked_id: "证件号码打码", "masked code";
        repair_apostrophe_id: "证件号码前有撇号", "apostrophe before the code";
        repair_repeated_header: "重复表头", "repeated header";
        repair_footer: "页脚合计", "footer";
        repair_blank_row: "空行", "blank row";
        repair_duplicate_row: "重复行", "doubled row";
    }
}

#[cfg(test)]
mod tests {
    use super::ListWords;
    use waiqin_protocol::words::placeholders;

    #[test]
    fn both_languages_carry_the_same_placeholders_and_no_shouting() {
        for (name, zh, en) in ListWords::ALL {
            assert_eq!(placeholders(zh), placeholders(en), "{name}");
            for text in [zh, en] {
                assert!(!text.is_empty() && !text.contains(['!', '！']), "{name}");
            }
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            let foreign = en.replace("案号", "").replace("万元", "").replace('号', "");
            assert!(!foreign.chars().any(han), "{name}: {en}");
            assert!(!zh.contains("成功"), "{name}");
        }
    }
}
