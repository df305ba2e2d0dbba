import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheLibrary

/// The short process around the reader, with programs that misbehave in its place.
struct ReaderProcessTests {
    private func run(_ program: String, seconds: Double = 20, outputBytes: Int = 1 << 20) async throws
        -> ReaderProcess.Result
    {
        try await withScratch { folder in
            try program.write(toFile: folder + "/__main__.py", atomically: false, encoding: .utf8)
            let limits = ReaderProcess.Limits(seconds: seconds, outputBytes: outputBytes, memoryBytes: 1 << 28)
            return try ReaderProcess(python: "/usr/bin/python3", reader: folder, limits: limits)
                .run(["one", "two words"], input: "in")
        }
    }

    @Test func `it gets its arguments and input, and no environment`() async throws {
        setenv("LATHE_TEST_SECRET", "secret", 1)
        let result = try await run(
            """
            import os, sys
            print(sys.argv[1:], sys.stdin.read(), sorted(os.environ), sys.flags.isolated)
            """)
        #expect(result.code == 0)
        let text = String(decoding: result.output, as: UTF8.self)
        // The interpreter sets LC_CTYPE itself.
        #expect(text == "['one', 'two words'] in ['LC_CTYPE'] 1\n")
    }

    @Test func `one that does not end is ended`() async throws {
        let error = await #expect(throws: LibraryError.self) { _ = try await run("while True: pass", seconds: 0.5) }
        #expect(error?.code == .readerFailed)
    }

    @Test func `output and memory are bounded`() async throws {
        let flood = try await run("import sys\nsys.stdout.write('x' * 10_000_000)\nsys.stdout.flush()")
        #expect(flood.code != 0)
        #expect(flood.output.count <= 1 << 20)
        let memory = try await run("x = bytearray(1 << 30)")
        #expect(memory.code == 1)
        #expect(memory.complaint.contains("MemoryError"))
    }

    @Test func `an interpreter that is not there is named`() async throws {
        let process = ReaderProcess(python: "/nonexistent/python3", reader: "/nonexistent")
        let error = #expect(throws: LibraryError.self) { try LibraryReader(process: process).index("/nonexistent") }
        #expect(error?.code == .readerFailed)
        #expect(error?.reason.contains("/nonexistent/python3") == true)
    }
}
