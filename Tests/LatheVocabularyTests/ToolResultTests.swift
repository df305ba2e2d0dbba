import LatheVocabulary
import Testing

struct ToolResultTests {
    @Test(arguments: [
        ("tools/a.json", true), ("../secret", false), ("tools/../../secret", false), ("/etc/passwd", false),
        ("", false),
    ])
    func `a recorded answer names a file among the kept results alone`(file: String, isKept: Bool) {
        #expect(ToolResult.keptFile(["file": .string(file)]) == (isKept ? file : nil))
    }

    @Test func `an answer without a file names none`() {
        #expect(ToolResult.keptFile(["result": ["file": "tools/a.json"]]) == nil)
    }
}
