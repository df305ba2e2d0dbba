import Foundation
import LatheVocabulary
import Testing

@testable import LatheScreens

/// docs/command-line.md holds the help of every command as the program prints it.
///
/// With `LATHE_WRITE_DOCS=1` the test writes the page anew instead of comparing.
struct DocumentationTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/command-line.md").standardizedFileURL

    private static let mark = "<!-- help: written by DocumentationTests -->\n"

    @Test func `the page on the command line holds the help of every command`() throws {
        let old = try String(contentsOf: Self.page, encoding: .utf8)
        let start = try #require(old.range(of: Self.mark))
        let expected = old[..<start.upperBound] + help
        if ProcessInfo.processInfo.environment["LATHE_WRITE_DOCS"] == "1" {
            try String(expected).write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            #expect(old == expected, "write it anew with LATHE_WRITE_DOCS=1 swift test --filter DocumentationTests")
        }
    }

    @Test func `the page names every event of the JSON output`() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        for kind in EventBody.Kind.allCases { #expect(page.contains("`\(kind.rawValue)`"), "\(kind.rawValue)") }
    }

    private var help: String {
        let texts = [HelpText.overview] + CommandTable.commands.map(HelpText.command)
        let names = ["lathe"] + CommandTable.commands.map { "lathe " + $0.name }
        return zip(names, texts).map { "\n## \($0)\n\n```text\n\($1)```\n" }.joined()
    }
}
