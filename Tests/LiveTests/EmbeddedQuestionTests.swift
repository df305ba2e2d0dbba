import Foundation
import LatheTestSupport
import LatheVocabulary
import Testing

/// One real question to the embedded model, through the program, on all 336,776 flights.
///
/// Runs by `make test-live`, where the weights are installed. What is asserted is what the kernel computed, not how the model
/// words it.
@Suite(.timeLimit(.minutes(10)))
struct EmbeddedQuestionTests {
    @Test func `the embedded model finds the carrier that arrived latest`() throws {
        let parts = try BuiltParts.find()
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-live-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try run(parts.interpreter, [parts.root + "/scripts/demo-data", folder])
        let output = try run(
            parts.lathe,
            [
                "ask", "Which carrier arrived latest on average?", "--model", "embedded", "--json", "--project", folder,
                "--data", folder + "/flights.csv",
            ])
        let events = try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let cells = events.filter { $0["type"] == "cell_finished" }
        let ended = try #require(events.last { $0["type"] == "task_finished" })
        #expect(ended["data"]?["status"] == "complete")
        // F9 was 21.92 minutes late on average, the most of all carriers.
        let printed = cells.compactMap { $0["data"]?["stdout"]?["head"]?.stringValue }.joined()
        let answer = try #require(ended["data"]?["answer"]?.stringValue)
        #expect(printed.contains("F9") && printed.contains("21.9"))
        #expect(answer.contains("F9"))
        print("live: \(answer)")
    }

    private func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
