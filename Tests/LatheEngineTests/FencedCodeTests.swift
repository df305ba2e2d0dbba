import Testing

@testable import LatheEngine

struct FencedCodeTests {
    @Test func `the first block is the code and what follows is dropped`() throws {
        let text = "I look.\n\n```python\nx = 1\nprint(x)\n```\nOutput: 1\n```python\ny\n```"
        let fenced = try #require(FencedCode(in: text))
        #expect(fenced.before == "I look.")
        #expect(fenced.code == "x = 1\nprint(x)")
        #expect(fenced.isClosed)
    }

    @Test func `a block that does not end is seen as cut`() throws {
        #expect(try #require(FencedCode(in: "```py\nx = 1")).isClosed == false)
    }

    @Test(arguments: ["", "no code", "```python\n\n```", "```json\n{}\n```"])
    func `a reply without Python has no code`(text: String) {
        #expect(FencedCode(in: text) == nil)
    }
}
