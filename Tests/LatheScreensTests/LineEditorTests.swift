import Foundation
import Testing

@testable import LatheScreens

struct LineEditorTests {
    /// What keys, as a terminal sends them, make of an editor.
    private func press(_ keys: String, _ editor: inout LineEditor) -> [LineEditor.Outcome] {
        var decoder = KeyDecoder()
        let typed = Array(keys.utf8).compactMap { decoder.take($0) }
        let rest = decoder.pause().map { [$0] } ?? []
        return (typed + rest).map { editor.take($0) }.filter { $0 != .editing }
    }

    private func line(_ keys: String, history: [String] = []) -> String {
        var editor = LineEditor(history: history)
        _ = press(keys, &editor)
        return "\(editor.before)|\(editor.after)"
    }

    @Test(arguments: [
        ("abc", "abc|"), ("abc\u{1B}[D\u{1B}[DX", "aX|bc"), ("abc\u{1B}OHX\u{1B}OFY", "XabcY|"),
        ("abc\u{01}\u{04}", "|bc"),
        ("abc\u{7F}\u{08}", "a|"), ("one two_3, four\u{17}\u{17}", "one |"), ("one two\u{1B}b\u{0B}", "one |"),
        ("one two\u{15}x\u{19}", "xone two|"), ("a b\u{1B}[1;5D\u{1B}[1;5D\u{1B}[1;5C", "a| b"),
        ("ab\u{1B}[D\u{1B}[3~", "a|"),
        ("e\u{0301}日本\u{7F}\u{1B}[D", "e\u{0301}|日"), ("👩‍👧x\u{1B}[D\u{7F}", "|x"),
        ("\u{1B}[200~a\u{1B}[5~\u{1B}[99;9Zb", "ab|"),
        ("a\u{9B}31mb\u{1B}]0;t", "a31mb0;t|"),
    ])
    func `keys move the cursor and change the line`(keys: String, expected: String) {
        #expect(line(keys) == expected)
    }

    @Test func `earlier lines come back, and the line that was begun with them`() {
        let history = ["first", "second"]
        #expect(line("mine\u{1B}[A", history: history) == "second|")
        #expect(line("mine\u{1B}[A\u{1B}[A\u{1B}[A", history: history) == "first|")
        #expect(line("mine\u{1B}[A\u{10}\u{0E}\u{1B}[B", history: history) == "mine|")
    }

    @Test func `Ctrl-R finds the newest line with the words, then older ones`() {
        let history = ["late flights", "flights by hour", "delays"]
        #expect(line("\u{12}fli", history: history) == "flights by hour|")
        #expect(line("\u{12}fli\u{12}", history: history) == "late flights|")
        #expect(line("\u{12}fli\u{12}\u{12}\u{12}", history: history) == "late flights|")
        #expect(line("mine\u{12}fli\u{07}", history: history) == "mine|")
        #expect(line("mine\u{12}fli\u{1B}", history: history) == "mine|")
        #expect(line("\u{12}lateX\u{7F}\u{1B}[D", history: history) == "late flight|s")
        var editor = LineEditor(history: history)
        #expect(press("\u{12}hour\r", &editor) == [.entered("flights by hour")])
    }

    @Test func `lines that were entered are earlier ones, without secrets and repetitions`() {
        var editor = LineEditor()
        let outcomes = press("one\rone\r password=x\rtoken: abc\r\u{04}", &editor)
        #expect(
            outcomes == [.entered("one"), .entered("one"), .entered(" password=x"), .entered("token: abc"), .ended])
        _ = press("\u{1B}[A\u{1B}[A\u{1B}[A", &editor)
        #expect(editor.text == "one")
    }

    @Test(arguments: [80, 20, 5])
    func `a long line stays in one row, with the cursor in it`(columns: Int) {
        let text = String(repeating: "日本 abc ", count: 30)
        for cursor in 0...text.count {
            let view = LineView(
                prompt: "lathe> ", before: String(text.prefix(cursor)), after: String(text.dropFirst(cursor)),
                columns: columns)
            #expect(DisplayWidth.of(view.row) < columns)
            #expect(view.cursor < columns)
        }
        var terminal = VirtualTerminal(columns: 80, rows: 3)
        let view = LineView(prompt: "lathe> ", before: "two ", after: "words", columns: 80)
        terminal.apply("\r\(view.row)\u{1B}[K\r\u{1B}[\(view.cursor)C")
        #expect(terminal.screen == ["lathe> two words"])
        #expect(terminal.cursor == (0, 11))
        #expect(terminal.unknown == [])
    }

    @Test func `the history of a project is a file of its owner's, without secrets, and no longer than it may be`()
        throws
    {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-history-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/history"
        let history = ChatHistory(path: path, most: 3)
        let secrets = [
            "use sk-abcdefgh", "OPENAI_API_KEY=abc", "my password is: hunter2", "Bearer abcdef", " kept to myself",
            "AbCdEfGhIjKlMnOpQrStUv123456",
        ]
        for line in ["one", "two “quoted”\\"] + secrets + ["how many tokens were used?", "four"] { history.add(line) }
        let expected = ["two “quoted”\\", "how many tokens were used?", "four"]
        #expect(history.lines() == expected)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!secrets.contains { text.contains($0) })
        try FileManager.default.moveItem(atPath: path, toPath: folder + "/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder + "/elsewhere")
        #expect(history.lines() == [], "a link is not followed")
        history.add("five")
        #expect(try String(contentsOfFile: folder + "/elsewhere", encoding: .utf8) == text)
    }
}
