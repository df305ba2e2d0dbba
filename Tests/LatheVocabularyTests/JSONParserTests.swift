import Testing

@testable import LatheVocabulary

struct JSONParserTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), ("[1, 2.5, -3e2]", [1, 2.5, -300.0]),
            (#"{"a": {"b": [true, "x\n\u00e9\ud83d\ude00"]}}"#, ["a": ["b": [true, "x\n\u{e9}\u{1F600}"]]]),
            (#"["", "\\", "\"a\u0041b", "é\\t\tü"]"#, ["", "\\", "\"aAb", "é\\t\tü"]),
            (
                "[-0, -999999999999999999, 9223372036854775807, -9223372036854775808]",
                [0, -999_999_999_999_999_999, .integer(.max), .integer(.min)]
            ),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ] as [(String, JSONValue)])
    func `accepts what RFC 8259 allows`(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{'a':1}", "01", "1.", "nul", "\"a", "[1] 2", "{\"a\":1,\"a\":2}", "\"\u{1}\"", "1e999", "+1",
        "NaN", "\"\\x\"", "\"a\\", "\"\\n\u{1}\"", "tru", "[truE]", "-", "-01",
    ])
    func `refuses everything else`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func `refuses depth and size bombs by name`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: deep) }
        do {
            _ = try JSONValue(parsing: "[1,2,3]", limits: JSONLimits(bytes: 3))
            Issue.record("a text over the limit was accepted")
        } catch {
            #expect(error.code == .tooLarge)
        }
    }

    @Test func `writes sorted keys and escapes control characters`() throws {
        let value: JSONValue = ["b": 1, "a": "\u{1b}[31m\u{9b}", "c": "\"\\é\u{a0}\n\u{7f}\u{80}€"]
        #expect(
            value.text == #"{"a":"\u001b[31m\u009b","b":1,"c":"\"\\é"# + "\u{a0}" + #"\n\u007f\u0080€"}"#)
        #expect(try JSONValue(parsing: value.text) == value)
    }
}
