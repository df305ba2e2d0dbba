internal import Foundation
package import LatheVocabulary
internal import Synchronization

/// The embedding model in a trusted process of its own (`lathe_meaning`), started with the first text and kept until it is closed.
///
/// One that dies is started again, a few times; where there is no model on this machine, that is known from the first try on.
package final class MeaningProcess: MeaningModel {
    /// The only model there is; `lathe_meaning/model.py` pins its file.
    package let name = "all-MiniLM-L6-v2-int8"
    static let dimensions = 384
    static let mostTexts = 64

    private struct State {
        var process: LineProcess?
        /// Set once it is known that no vector will come any more.
        var end: LibraryError?
        var starts = 0
    }

    private let words: [String]
    private let patience: Double
    private let queue = DispatchQueue(label: "lathe.meaning")
    private let state = Mutex(State())
    private static let mostStarts = 3

    /// - Parameters:
    ///   - python: absolute path of the interpreter whose environment has the packages.
    ///   - package: absolute path of `lathe_meaning`.
    ///   - patience: seconds for the model to load, and for an answer.
    package init(python: String, package: String, patience: Double = 30) {
        words = [
            "/usr/bin/prlimit", "--data=1610612736", "--fsize=0", "--core=0", "--nofile=64", "--", python, "-I", "-B",
            package + "/__main__.py",
        ]
        self.patience = patience
    }

    package func vectors(of texts: [String]) async throws(LibraryError) -> [[Int8]] {
        try await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Result { () throws(LibraryError) in
                        var vectors: [[Int8]] = []
                        for first in stride(from: 0, to: texts.count, by: Self.mostTexts) {
                            vectors += try self.answer(Array(texts[first..<min(first + Self.mostTexts, texts.count)]))
                        }
                        return vectors
                    })
            }
        }.get()
    }

    package func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.state.withLock { state in
                    state.process = nil
                    state.end = LibraryError(.readerFailed, "it was closed")
                }
                continuation.resume()
            }
        }
    }

    // MARK: On the queue

    /// Asks once more after a death, of a new process.
    private func answer(_ texts: [String]) throws(LibraryError) -> [[Int8]] {
        do {
            return try ask(texts)
        } catch {
            return try ask(texts)
        }
    }

    private func ask(_ texts: [String]) throws(LibraryError) -> [[Int8]] {
        let result = state.withLock { state -> Result<[[Int8]], LibraryError> in
            do throws(LibraryError) {
                return .success(try ask(texts, in: &state))
            } catch {
                state.process = nil
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func ask(_ texts: [String], in state: inout State) throws(LibraryError) -> [[Int8]] {
        let process = try started(&state)
        let request: JSONValue = ["texts": .array(texts.map { .string(String($0.prefix(4_000))) })]
        try process.send(request.text)
        let answer = try Self.value(try process.line(within: patience))
        let vectors = (answer["vectors"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(Self.vector) }
        guard vectors.count == texts.count else {
            throw LibraryError(.readerFailed, "it gave an answer of another form")
        }
        return vectors
    }

    private func started(_ state: inout State) throws(LibraryError) -> LineProcess {
        if let end = state.end { throw end }
        if let process = state.process { return process }
        guard state.starts < Self.mostStarts else {
            let end = LibraryError(.readerFailed, "the embedding model ended \(Self.mostStarts) times")
            state.end = end
            throw end
        }
        state.starts += 1
        let process = try LineProcess(words)
        let told = try Self.value(try process.line(within: patience))
        guard let found = told["model"]?.stringValue, told["dimensions"]?.integerValue == Self.dimensions, found == name
        else {
            let reason = told["missing"]?.stringValue ?? "it is another model"
            let end = LibraryError(.notFound, "no embedding model: \(reason)")
            state.end = end
            throw end
        }
        state.process = process
        return process
    }

    private static func value(_ line: [UInt8]) throws(LibraryError) -> JSONValue {
        do {
            return try JSONValue(parsing: line)
        } catch {
            throw LibraryError(.readerFailed, "it gave an answer that is no JSON")
        }
    }

    private static func vector(_ text: String) -> [Int8]? {
        guard let data = Data(base64Encoded: text), data.count == dimensions else { return nil }
        return data.map { Int8(bitPattern: $0) }
    }
}
