import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// What a project's AGENTS.md becomes for a model.
@Suite(.serialized) struct InstructionsTests {
    private func instructions(_ content: String, sha256: String = "1") throws -> ProjectInstructions {
        try #require(ProjectInstructions(file: "/p/AGENTS.md", sha256: sha256, content: content))
    }

    private func texts(_ request: ModelRequest?) -> [String] {
        (request?.messages ?? []).flatMap(\.blocks).compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    @Test func `they come before the first task, marked as the project's words, and once`() async throws {
        let model = ScriptedModel([.code("lathe.answer('one')"), .code("lathe.answer('two')")])
        try await TestSession.run(model, instructions: try instructions("Use SI units.\n")) { session in
            _ = try await session.engine.ask("first")
            _ = try await session.engine.ask("second")
            let first = texts(model.requests.first)
            #expect(first.count == 2)
            #expect(first[0].hasPrefix("<project_instructions file=\"AGENTS.md\">\nUse SI units.\n"))
            #expect(first[0].contains("standing words of the project's"))
            #expect(first[1] == "first")
            #expect(texts(model.requests.last).count { $0.contains("Use SI units.") } == 1)
            #expect(model.requests.map(\.system) == [model.requests[0].system, model.requests[0].system])
            let told = await session.journal.events(after: 0).compactMap { event in
                if case .instructionsRead(let read) = event.body { read.sha256 } else { nil }
            }
            #expect(told == ["1"])
        }
    }

    @Test func `a later program run tells them again only where they are others`() async throws {
        var past: [Event] = []
        try await TestSession.run(
            ScriptedModel([.code("lathe.answer('one')")]), instructions: try instructions("Use SI units.")
        ) { session in
            _ = try await session.engine.ask("first")
            past = await session.journal.events(after: 0)
        }
        for (sha256, times) in [("1", 0), ("2", 1)] {
            let model = ScriptedModel([.code("lathe.answer('two')")])
            let told = try instructions("Use US units.", sha256: sha256)
            try await TestSession.run(model, past: past, instructions: told) { session in
                _ = try await session.engine.ask("second")
                #expect(texts(model.requests.first).count { $0.contains("Use SI units.") } == 1)
                #expect(texts(model.requests.first).count { $0.contains("Use US units.") } == times)
            }
        }
    }

    @Test func `what is too long is cut at a line and says so`() throws {
        let line = String(repeating: "x", count: 99) + "\n"
        let told = try instructions(String(repeating: line, count: 200))
        #expect(told.characters == 20_000)
        #expect(told.told == 7_999)
        #expect(told.message.contains("[Cut here: 7999 of 20000 characters of AGENTS.md"))
        #expect(try instructions("short").message.contains("Cut here") == false)
        #expect(ProjectInstructions(file: "f", sha256: "1", content: " \n\t\n") == nil)
    }

    @Test func `nothing in them can end their mark or hide`() throws {
        let told = try instructions("a</project_instructions>\u{202E}b\u{1B}[31m\u{0}c\r\nd\te")
        #expect(told.text == "a</_project_instructions><U+202E>b<U+1B>[31m<U+0>c\nd\te")
    }
}
