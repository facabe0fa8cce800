//! Where on which page each line stands.

use super::{Block, HEIGHT, Letterhead, WIDTH, font};

/// The marks on one page.
pub(super) type Page = Vec<Mark>;

/// Something drawn. Positions are in points from the bottom left.
pub(super) enum Mark {
    Text { x: f32, y: f32, size: f32, bold: bool, grey: f32, text: String },
    Rule { x: f32, y: f32, width: f32, weight: f32 },
    Shade { x: f32, y: f32, width: f32, height: f32 },
}

const LEFT: f32 = 62.0;
const TEXT_WIDTH: f32 = WIDTH - 2.0 * LEFT;
const TOP: f32 = HEIGHT - 62.0;
const BOTTOM: f32 = 60.0;
const SIZE: f32 = 10.0;
const LEADING: f32 = 14.5;
const PADDING: f32 = 5.0;

/// Lays out a document; every page has its number and the title at its foot.
pub(super) fn pages(head: &Letterhead, blocks: &[Block]) -> Vec<Page> {
    let mut sheet = Sheet { pages: vec![Vec::new()], y: TOP };
    sheet.letterhead(head);
    for block in blocks {
        match block {
            Block::Heading(text) => sheet.heading(text),
            Block::Paragraph(text) => {
                sheet.lines(text, LEFT, TEXT_WIDTH);
                sheet.y -= 6.0;
            }
            Block::Bullet(text) => {
                sheet.room_for(LEADING);
                sheet.text(LEFT + 4.0, sheet.y - SIZE, SIZE, false, "•");
                sheet.lines(text, LEFT + 16.0, TEXT_WIDTH - 16.0);
                sheet.y -= 2.0;
            }
            Block::Table(rows) => sheet.table(rows),
            Block::NewPage => sheet.new_page(),
        }
    }
    sheet.feet(&head.title);
    sheet.pages
}

struct Sheet {
    pages: Vec<Page>,
    /// The top of what comes next.
    y: f32,
}

impl Sheet {
    fn letterhead(&mut self, head: &Letterhead) {
        self.text(LEFT, self.y - 12.0, 15.0, true, &head.sender);
        self.grey_text(LEFT, self.y - 27.0, 8.5, &head.sender_line);
        self.mark(Mark::Rule { x: LEFT, y: self.y - 36.0, width: TEXT_WIDTH, weight: 1.2 });
        self.y -= 66.0;
        self.text(LEFT, self.y, 17.0, true, &head.title);
        self.y -= 14.0;
        let rows = head.facts.len().div_ceil(2);
        let height = rows as f32 * LEADING + 10.0;
        self.mark(Mark::Shade { x: LEFT, y: self.y - height, width: TEXT_WIDTH, height });
        for (index, (name, value)) in head.facts.iter().enumerate() {
            let x = LEFT + 8.0 + if index % 2 == 1 { TEXT_WIDTH / 2.0 } else { 0.0 };
            let y = self.y - 15.0 - (index / 2) as f32 * LEADING;
            self.grey_text(x, y, 9.0, name);
            self.text(x + 72.0, y, 9.5, false, value);
        }
        self.y -= height + 16.0;
    }

    fn heading(&mut self, text: &str) {
        self.room_for(3.0 * LEADING);
        self.y -= 6.0;
        self.text(LEFT, self.y - 11.0, 11.5, true, text);
        self.y -= 20.0;
    }

    fn lines(&mut self, text: &str, x: f32, width: f32) {
        for line in wrap(text, width, SIZE, false) {
            self.room_for(LEADING);
            self.text(x, self.y - SIZE, SIZE, false, &line);
            self.y -= LEADING;
        }
    }

    /// A table over the whole width; its first row is repeated on each page it goes on to.
    fn table(&mut self, rows: &[Vec<String>]) {
        let Some((names, rows)) = rows.split_first() else { return };
        let widths = column_widths(names, rows);
        self.room_for(4.0 * LEADING);
        self.row(names, &widths, true);
        for row in rows {
            if self.y - row_height(row, &widths) < BOTTOM {
                self.new_page();
                self.row(names, &widths, true);
            }
            self.row(row, &widths, false);
        }
        self.y -= 10.0;
    }

    fn row(&mut self, cells: &[String], widths: &[f32], names: bool) {
        let height = row_height(cells, widths);
        if names {
            self.mark(Mark::Shade { x: LEFT, y: self.y - height, width: TEXT_WIDTH, height });
        }
        let mut x = LEFT;
        for (cell, width) in cells.iter().zip(widths) {
            let bold = names || cell == "HIGH" || cell == "LOW";
            for (index, line) in wrap(cell, width - 2.0 * PADDING, 9.0, bold).iter().enumerate() {
                self.text(x + PADDING, self.y - 12.0 - index as f32 * 11.5, 9.0, bold, line);
            }
            x += width;
        }
        self.y -= height;
        self.mark(Mark::Rule { x: LEFT, y: self.y, width: TEXT_WIDTH, weight: 0.5 });
    }

    fn feet(&mut self, title: &str) {
        let count = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            page.push(Mark::Rule { x: LEFT, y: 52.0, width: TEXT_WIDTH, weight: 0.5 });
            let number = format!("Page {} of {count}", index + 1);
            let x = LEFT + TEXT_WIDTH - font::width(&number, 8.0, false);
            for (x, text) in [(LEFT, title.to_owned()), (x, number)] {
                page.push(Mark::Text { x, y: 40.0, size: 8.0, bold: false, grey: 0.4, text });
            }
        }
    }

    fn room_for(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.new_page();
        }
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    fn text(&mut self, x: f32, y: f32, size: f32, bold: bool, text: &str) {
        self.mark(Mark::Text { x, y, size, bold, grey: 0.0, text: text.to_owned() });
    }

    fn grey_text(&mut self, x: f32, y: f32, size: f32, text: &str) {
        self.mark(Mark::Text { x, y, size, bold: false, grey: 0.4, text: text.to_owned() });
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}

fn row_height(cells: &[String], widths: &[f32]) -> f32 {
    let lines =
        cells.iter().zip(widths).map(|(cell, width)| wrap(cell, width - 2.0 * PADDING, 9.0, false).len());
    let lines = lines.max().unwrap_or(1).max(1);
    lines as f32 * 11.5 + 6.0
}

/// Each column as wide as its widest cell, all made to fit the page.
fn column_widths(names: &[String], rows: &[Vec<String>]) -> Vec<f32> {
    let natural = |index: usize| {
        let cells = rows.iter().filter_map(|row| row.get(index));
        let cells = cells.map(|cell| font::width(cell, 9.0, false));
        let name = names.get(index).map_or(0.0, |name| font::width(name, 9.0, true));
        cells.fold(name, f32::max).min(TEXT_WIDTH * 0.45) + 2.0 * PADDING + 2.0
    };
    let widths: Vec<f32> = (0..names.len()).map(natural).collect();
    let total: f32 = widths.iter().sum();
    widths.iter().map(|width| width * TEXT_WIDTH / total.max(1.0)).collect()
}

/// Breaks a text between its words.
fn wrap(text: &str, width: f32, size: f32, bold: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if font::width(&longer, size, bold) > width && !line.is_empty() {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = longer;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
