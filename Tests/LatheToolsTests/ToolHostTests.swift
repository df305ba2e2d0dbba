import Foundation
import LatheVocabulary
import Testing

@testable import LatheTools

/// What lathe makes of a tool host that does not do as it should: each is a small program in place of `lathe_tools`.
struct ToolHostTests {
    private static let opening = """
        import json, os, socket, sys
        wire = socket.socket(fileno=0).makefile("rw")
        def say(**message):
            wire.write(json.dumps(message) + "\\n")
            wire.flush()

        """

    private func withHost<T: Sendable>(
        _ program: String, _ body: (ToolHost) async throws -> T
    ) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-host-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data((Self.opening + program).utf8).write(to: URL(fileURLWithPath: folder + "/__main__.py"))
        let host = ToolHost(python: "/usr/bin/python3", package: folder, folder: folder, environment: [:])
        do {
            let result = try await body(host)
            await host.close()
            return result
        } catch {
            await host.close()
            throw error
        }
    }

    private func error(_ program: String) async throws -> ToolError {
        try await withHost(program) { host in
            do throws(ToolError) {
                let answer = try await host.ask("list", of: "s", seconds: 5)
                Issue.record("answered with \(answer.text)")
                return ToolError(.failed, "")
            } catch {
                return error
            }
        }
    }

    @Test func `answers come to whom they belong, in whatever order, and questions of servers are put`() async throws {
        let program = """
            first = json.loads(wire.readline())
            second = json.loads(wire.readline())
            say(ask=1, method="elicit", server="s", params={"message": "who?"})
            assert json.loads(wire.readline()) == {"answer": 1, "result": {"action": "decline"}}
            for request in (second, first):
                say(id=request["id"], result={"method": request["method"]})
            wire.readline()
            """
        let answers = try await withHost(program) { host in
            async let about = host.ask("about", of: "s", seconds: 5)
            async let list = host.ask("list", of: "s", seconds: 5)
            return [try await about, try await list]
        }
        #expect(answers == [["method": "about"], ["method": "list"]])
    }

    @Test func `a long answer is read from its file, which is gone then`() async throws {
        let program = """
            wire.readline()
            text = json.dumps({"text": "é" * 500_000}).encode()
            with open(sys.argv[1] + "/a.json", "wb") as file:
                file.write(text)
            say(id=1, file={"name": "a.json", "bytes": len(text)})
            number = json.loads(wire.readline())["id"]
            say(id=number, result={"left": os.listdir(sys.argv[1])})
            wire.readline()
            """
        try await withHost(program) { host in
            let long = try await host.ask("call", of: "s", seconds: 5)
            #expect(long["text"]?.stringValue == String(repeating: "é", count: 500_000))
            #expect(try await host.ask("list", of: "s", seconds: 5) == ["left": []])
        }
    }

    @Test(
        arguments: [
            #"{"name": "../host.log", "bytes": 1}"#, #"{"name": "none", "bytes": 1}"#,
            #"{"name": "a", "bytes": 999999999999}"#, #"{"bytes": 1}"#, #"{"name": "link", "bytes": 9}"#,
            #"{"name": "short", "bytes": 3}"#,
        ])
    func `a file that is not what it should be is an error`(file: String) async throws {
        let program = """
            wire.readline()
            os.symlink("/etc/hostname", sys.argv[1] + "/link")
            open(sys.argv[1] + "/short", "w").write("{}")
            wire.write('{"id": 1, "file": \(file)}\\n')
            wire.flush()
            wire.readline()
            """
        #expect(try await error(program).code == .host)
    }

    @Test(
        arguments: [
            "sys.exit(1)", "wire.readline(); sys.exit(0)",
            "wire.readline(); wire.write('{oops\\n'); wire.flush(); wire.readline()",
            "wire.readline(); wire.write('x' * 2_000_000); wire.flush(); wire.readline()",
            "say(event='missing', reason='no mcp'); wire.readline()",
        ])
    func `a host that ends, or says what is no answer, fails all that wait and all that follow`(
        program: String
    ) async throws {
        try await withHost(program) { host in
            let (first, second) = await (
                Result { try await host.ask("list", of: "s", seconds: 5) },
                Result { try await host.ask("list", of: "s", seconds: 5) }
            )
            for result in [first, second] {
                guard case .failure(let error as ToolError) = result else {
                    Issue.record("answered")
                    continue
                }
                #expect(error.code == .host)
            }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
