//! Lines of the benchmark's shape: about a kilobyte, Chinese, the same each time.

use anyhow::Result;
use serde_json::{Value as Json, json};

/// 2026-01-01T00:00:00Z.
const BEGIN_MS: i64 = 1_767_225_600_000;
const DISTRICTS: [&str; 6] = ["武侯区", "锦江区", "青羊区", "金牛区", "成华区", "双流区"];
const STREETS: [&str; 6] = [
    "朝阳大街",
    "人民南路",
    "一环路",
    "科华北路",
    "玉林中路",
    "建设路",
];
const TITLES: [&str; 5] = [
    "广告设施安全检查",
    "厂房现场调查",
    "车辆停放情况查看",
    "商铺经营情况调查",
    "住所实地走访",
];
const FAMILIES: [&str; 8] = ["赖", "王", "李", "张", "陈", "何", "罗", "谢"];
const GIVEN: [&str; 8] = ["华浩", "志强", "敏", "建国", "丽华", "明", "晓燕", "国栋"];
const PHRASES: [&str; 10] = [
    "现场大门锁闭，无人应答。",
    "经询问周边商户，被执行人近月未出现。",
    "院内停放货车两辆，车牌已拍照留存。",
    "门口张贴转让告示，留有联系电话。",
    "仓库内堆放木材若干，未见搬离迹象。",
    "物业工作人员在场见证并签字确认。",
    "电表读数较上次检查无明显变化。",
    "现场人员称系租户，已出示租赁合同复印件。",
    "对现场进行了全程录像，光盘附卷。",
    "未发现可供执行的其他财产。",
];
const GOODS: [(&str, &str); 6] = [
    ("木材", "方"),
    ("钢管", "根"),
    ("空调", "台"),
    ("纸箱", "件"),
    ("货架", "组"),
    ("桶装油漆", "桶"),
];

/// SplitMix64: the same lines on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.roll() % most
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = usize::try_from(self.roll() % all.len() as u64).unwrap_or(0);
        all[at]
    }
}

/// Prints `n` lines.
pub fn data(n: &str) -> Result<()> {
    for at in 0..n.parse()? {
        println!("{}", line(at));
    }
    Ok(())
}

/// Prints the first `n` lines as they were changed.
pub fn changes(n: &str) -> Result<()> {
    for at in 0..n.parse()? {
        let mut line = line(at);
        let later = time(BEGIN_MS + 40 * 86_400_000 + i64::try_from(at)? * 1000);
        line["narrative"] = format!(
            "{}复查时情况属实。",
            line["narrative"].as_str().unwrap_or("")
        )
        .into();
        line["status"] = "closed".into();
        line["updated_at"] = later.into();
        line["rev"] = 2.into();
        println!("{line}");
    }
    Ok(())
}

fn line(at: u64) -> Json {
    let dice = &mut Dice(at.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ 0x1405_7b7e);
    let at_ms = BEGIN_MS + i64::try_from(at * 19_432).unwrap_or(0);
    let created = time(at_ms + 200_000 + i64::try_from(dice.below(90_000)).unwrap_or(0));
    let narrative: Vec<&str> = (0..6).map(|_| dice.of(&PHRASES)).collect();
    let officers: Vec<Json> = (0..1 + dice.below(2)).map(|_| officer(dice)).collect();
    let items: Vec<Json> = (0..1 + dice.below(3)).map(|_| goods(dice)).collect();
    json!({
        "id": id(at_ms, dice),
        "type": "inspection",
        "case_no": format!("川综执检〔2026〕{:06}号", at + 1),
        "title": dice.of(&TITLES),
        "location": {
            "address": format!("四川省成都市{}{}{}号", dice.of(&DISTRICTS), dice.of(&STREETS), 1 + dice.below(999)),
            "lat": degrees(30_500_000 + dice.below(300_000)),
            "lng": degrees(103_900_000 + dice.below(300_000)),
        },
        "officers": officers,
        "narrative": narrative.concat(),
        "items": items,
        "status": dice.of(&["draft", "submitted", "reviewed"]),
        "device": format!("dev-{:04}", dice.below(200)),
        "occurred_at": time(at_ms),
        "created_at": created,
        "updated_at": created,
        "rev": 1,
    })
}

fn officer(dice: &mut Dice) -> Json {
    json!({
        "name": format!("{}{}", dice.of(&FAMILIES), dice.of(&GIVEN)),
        "badge": format!("川{:06}", dice.below(1_000_000)),
    })
}

fn goods(dice: &mut Dice) -> Json {
    let (name, unit) = dice.of(&GOODS);
    json!({ "name": name, "qty": 1 + dice.below(40), "unit": unit })
}

/// Of version 7: time first, then random.
fn id(at_ms: i64, dice: &mut Dice) -> String {
    let (a, b) = (dice.below(1 << 12), dice.roll());
    format!(
        "{:08x}-{:04x}-7{a:03x}-{:04x}-{:012x}",
        at_ms >> 16,
        at_ms & 0xffff,
        0x8000 | (b >> 50),
        b & 0xffff_ffff_ffff
    )
}

/// Millionths of a degree as degrees.
fn degrees(millionths: u64) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    Json::from(millionths as f64 / 1e6)
}

fn time(ms: i64) -> String {
    let moment = chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
    moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
