import Foundation
import LatheVocabulary
import Synchronization
import Testing

extension KernelHostTests {
    @Suite struct Isolation {
        /// Runs an attempt that prints "got in" where it succeeds; true where it was refused.
        private func isRefused(_ kernel: any Kernel, _ attempt: String) async -> Bool {
            let indented = attempt.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
            let code =
                "try:\n" + indented.joined(separator: "\n")
                + "\n    print('got in')\nexcept (OSError, ValueError, RuntimeError) as e:\n    print('refused', repr(e))"
            let result = await kernel.run(code)
            #expect(result.status == .ok, "\(result)")
            return result.stdout.head.contains("refused") && !result.stdout.head.contains("got in")
        }

        @Test(arguments: KernelRole.all)
        func `no kernel reaches the network`(role: KernelRole) async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(role)
                for address in ["('1.1.1.1', 53)", "('127.0.0.1', 22)", "('::1', 80)"] {
                    #expect(
                        await isRefused(kernel, "import socket; socket.create_connection(\(address), timeout=2)"),
                        "\(address)")
                }
                let interfaces = await kernel.run("import socket; [n for _, n in socket.if_nameindex()]")
                #expect(interfaces.value == nil || interfaces.value?.text.head == "['lo']")
            }
        }

        @Test(arguments: KernelRole.all)
        func `the system and the environment cannot be written`(role: KernelRole) async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel(role)
                for folder in [
                    "/", "/usr", "/usr/bin", "/etc", "/venv", "/lathe", "/lathe/python", "/data", "/dev",
                    "/proc/sys/kernel",
                ] {
                    #expect(await isRefused(kernel, "open('\(folder)/planted', 'w')"), "\(folder)")
                }
                #expect(await isRefused(kernel, "open('/proc/sys/kernel/core_pattern', 'w').write('x')"))
                #expect(await isRefused(kernel, "import os; os.mknod('n', 0o20666, os.makedev(1, 3))"))
            }
        }

        @Test func `nothing of the host shows: no home, no secrets, no other processes`() async throws {
            setenv("LATHE_TEST_SECRET", "swordfish-in-the-environment", 1)
            defer { unsetenv("LATHE_TEST_SECRET") }
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let secret = await kernel.run(
                    """
                    import os, glob
                    found = "swordfish" in repr(os.environ)
                    for path in glob.glob("/proc/[0-9]*/environ"):
                        try: found = found or b"swordfish" in open(path, "rb").read()
                        except OSError: pass
                    found
                    """)
                #expect(secret.value?.text.head == "False")
                for path in [
                    NSHomeDirectory(), "/root", "/home", "/etc/shadow", "/etc/hostname", bench.root.path, "/sys",
                    "/run",
                ] {
                    #expect(
                        await isRefused(
                            kernel, "import os; os.listdir('\(path)') if os.path.isdir('\(path)') else open('\(path)')"),
                        "\(path)")
                }
                let identity = await kernel.run("import os; (os.getuid(), os.getgid(), os.getgroups())")
                #expect(identity.value?.text.head.hasPrefix("(65534, 65534") == true)
                let capabilities = await kernel.run(
                    "[l.split()[1] for l in open('/proc/self/status') if l.startswith(('CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs'))]"
                )
                #expect(
                    capabilities.value?.text.head == "['0000000000000000', '0000000000000000', '0000000000000000', '1']"
                )
            }
        }

        @Test func `the host's real user of a kernel is not root`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let run = await kernel.run("open('mine', 'w').write('x')")
                #expect(run.status == .ok, "\(run)")
                let file = bench.root.appending(path: "work/session/mine").path
                let owner = try FileManager.default.attributesOfItem(atPath: file)[.ownerAccountID] as? Int
                #expect(owner == (geteuid() == 0 ? 65534 : Int(geteuid())))
            }
        }

        @Test func `a subtask sees neither the inputs nor the session's files nor its siblings`() async throws {
            let input = FileManager.default.temporaryDirectory.appending(path: "input-\(UUID().uuidString).csv")
            try "a,b\n1,2\n".write(to: input, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: input) }
            let data = DataInput(name: "table", path: input.path, format: .csv)
            try await Bench.with(inputs: [data]) { bench in
                let session = try await bench.kernel()
                let path = "/data/0/\(input.lastPathComponent)"
                let read = await session.run("open('\(path)').read(), int(table.b.sum())")
                #expect(read.value?.text.head == "('a,b\\n1,2\\n', 2)", "\(read)")
                let folder = try #require(
                    await session.run(
                        "open('s', 'w').write('x'); open('/tmp/s', 'w').write('x'); import os; os.getcwd()"
                    ).value?.text.head)
                let pid = try #require(await session.run("os.getpid()", number: 3).value?.text.head)
                let subtask = try await bench.kernel(.subtask)
                let other = try await bench.kernel(.subtask)
                let otherFolder = try #require(await other.run("import os; os.getcwd()").value?.text.head)
                let attempts = [
                    "open('\(path)')", "import os; os.listdir('/data')", "open(\(folder) + '/s')", "open('/tmp/s')",
                    "import os; os.listdir('/work')", "import os; os.listdir(\(otherFolder))",
                    "import os; os.kill(\(pid), 9)", "open('/proc/\(pid)/mem', 'rb')",
                    "open('/proc/\(pid)/environ', 'rb')",
                    "open('/proc/\(pid)/fd/3')", "open('/proc/\(pid)/maps')", "open('/dev/shm/x', 'w')",
                ]
                for attempt in attempts { #expect(await isRefused(subtask, attempt), "\(attempt)") }
                let own = await subtask.run(
                    "open('own', 'w').write('x')\nimport tempfile\ntempfile.mkdtemp() and 'table' in globals()")
                #expect(own.value?.text.head == "False", "\(own)")
                #expect(await session.run("'alive'", number: 4).status == .ok)
            }
        }

        @Test func `a kernel's own processes hold nothing of lathe's`() async throws {
            try await Bench.with { bench in
                let kernel = try await bench.kernel()
                let open = await kernel.run(
                    "import os; sorted(int(n) for n in os.listdir('/proc/self/fd'))[:4], len(os.listdir('/proc/self/fd')) <= 6"
                )
                #expect(open.value?.text.head == "([0, 1, 2, 3], True)", "\(open)")
                let child = await kernel.run(
                    "import subprocess; subprocess.run(['ls', '/proc/self/fd'], capture_output=True, text=True).stdout.split()",
                    number: 2)
                #expect(child.value?.text.head == "['0', '1', '2', '3']", "3 is ls's own folder: \(child)")
            }
        }

        @Test func `a missing input is named before anything runs`() async throws {
            let data = DataInput(name: "t", path: "/nowhere/at/all.csv", format: .csv)
            let error = await #expect(throws: KernelError.self) { try await Bench.with(inputs: [data]) { _ in } }
            #expect(error?.code == .inputUnreadable)
            #expect(error?.reason.contains("/nowhere/at/all.csv") == true)
        }

        @Test func `a pipe or device is no input`() async throws {
            let data = DataInput(name: "t", path: "/dev/zero", format: .text)
            let error = await #expect(throws: KernelError.self) { try await Bench.with(inputs: [data]) { _ in } }
            #expect(error?.code == .inputUnreadable)
            #expect(error?.reason.contains("neither a file nor a folder") == true)
        }

        @Test func `a template that cannot start says why`() async throws {
            let error = await #expect(throws: KernelError.self) {
                try await Bench.with(adjust: { $0.environment = "/usr/share" }) { _ in }
            }
            #expect(error?.code == .templateFailed)
            #expect(
                error?.reason.contains("lathe_kernel") == true || error?.reason.contains("Python") == true,
                "\(String(describing: error))")
        }
    }
}

extension KernelRole {
    static let all: [KernelRole] = [.session, .subtask]
}
