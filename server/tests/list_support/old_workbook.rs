//! Old workbooks made by hand: records of BIFF8 in a compound file of one stream.

/// A cell that refers to a shared string.
pub struct Shared {
    pub row: u16,
    pub column: u16,
    pub string: u32,
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// The workbook stream: one sheet with these strings and cells; `claimed` is the number of strings
/// that it says it has.
pub fn stream(strings: &[&str], cells: &[Shared], claimed: u32) -> Vec<u8> {
    let bof = |kind: u16| {
        record(
            0x0809,
            &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat(),
        )
    };
    let mut table = [claimed.to_le_bytes(), claimed.to_le_bytes()].concat();
    let mut records = Vec::new();
    for string in strings {
        let units: Vec<u16> = string.encode_utf16().collect();
        table.extend(u16::try_from(units.len()).unwrap().to_le_bytes());
        table.push(1);
        for unit in units {
            if table.len() + 2 > 8_224 {
                records.push(std::mem::replace(&mut table, vec![1]));
            }
            table.extend(unit.to_le_bytes());
        }
        if table.len() > 8_000 {
            records.push(std::mem::take(&mut table));
        }
    }
    records.push(table);
    let mut sst = Vec::new();
    for (index, data) in records.iter().enumerate() {
        sst.extend(record(if index == 0 { 0x00fc } else { 0x003c }, data));
    }
    let head = bof(0x0005);
    let sheet_name = [&[0, 0, 1, 1][..], &u16::to_le_bytes(0x6e05)].concat();
    let sheet_record =
        |offset: u32| record(0x0085, &[&offset.to_le_bytes()[..], &sheet_name].concat());
    let end = record(0x000a, &[]);
    let offset = head.len() + sheet_record(0).len() + sst.len() + end.len();
    let mut out = [
        head,
        sheet_record(u32::try_from(offset).unwrap()),
        sst,
        end.clone(),
        bof(0x0010),
    ]
    .concat();
    for cell in cells {
        let data = [
            &cell.row.to_le_bytes()[..],
            &cell.column.to_le_bytes(),
            &0_u16.to_le_bytes(),
            &cell.string.to_le_bytes(),
        ];
        out.extend(record(0x00fd, &data.concat()));
    }
    out.extend(end);
    out
}

/// A compound file whose only stream is the workbook.
pub fn compound(mut stream: Vec<u8>) -> Vec<u8> {
    let length = stream.len().max(4_096);
    stream.resize(length.div_ceil(512) * 512, 0);
    let data = stream.len() / 512;
    // Sector 0 is the directory, then the stream, then the table.
    let table_sectors = (1 + data).div_ceil(126);
    // What the header has no room for stands in further sectors, the last word of each the next.
    let more = table_sectors.saturating_sub(109).div_ceil(127);
    let mut table: Vec<u32> = vec![0xffff_fffe];
    table.extend((1..data).map(|n| u32::try_from(n + 1).unwrap()));
    table.push(0xffff_fffe);
    table.extend(std::iter::repeat_n(0xffff_fffd, table_sectors));
    table.extend(std::iter::repeat_n(0xffff_fffc, more));
    table.resize(table_sectors * 128, 0xffff_ffff);
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.resize(512, 0);
    let mut set = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    set(24, &[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    set(44, &u32::try_from(table_sectors).unwrap().to_le_bytes());
    set(56, &4_096_u32.to_le_bytes());
    set(60, &0xffff_fffe_u32.to_le_bytes());
    let first_more = u32::try_from(1 + data + table_sectors).unwrap();
    set(
        68,
        &(if more == 0 { 0xffff_fffe } else { first_more }).to_le_bytes(),
    );
    set(72, &u32::try_from(more).unwrap().to_le_bytes());
    let place = |n: usize| {
        if n < table_sectors {
            u32::try_from(1 + data + n).unwrap()
        } else {
            0xffff_ffff
        }
    };
    for n in 0..109 {
        set(76 + n * 4, &place(n).to_le_bytes());
    }
    let mut places = Vec::new();
    for sector in 0..more {
        places.extend((0..127).map(|n| place(109 + sector * 127 + n)));
        let next = u32::try_from(sector + 1).unwrap() + first_more;
        places.push(if sector + 1 == more {
            0xffff_fffe
        } else {
            next
        });
    }
    let mut directory = Vec::new();
    for (name, kind, start, size) in [
        ("Root Entry", 5, 0xffff_fffe_u32, 0),
        ("Workbook", 2, 1, length),
    ] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let name_bytes = u16::try_from(entry.len() + 2).unwrap();
        entry.resize(128, 0);
        entry[64..66].copy_from_slice(&name_bytes.to_le_bytes());
        entry[66] = kind;
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        directory.extend(entry);
    }
    directory.resize(512, 0);
    let bytes = |words: &[u32]| {
        words
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    [header, directory, stream, bytes(&table), bytes(&places)].concat()
}
