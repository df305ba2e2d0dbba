internal import Foundation
internal import LatheVocabulary

/// The Swift half of `make bench`: does one measured step for each line of its standard input.
///
/// `lathe-bench prompts` prints the fixed prompts; `lathe-bench kernels ROOT` measures kernels of the installation in ROOT.
/// Steps and answers are JSON, a line each; the end of the input ends everything that was started.
@main
struct Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("prompts", 1):
            for prompt in FixedPrompts.all { print(prompt.text) }
        case ("kernels", 2): await serve(root: arguments[1])
        default:
            FileHandle.standardError.write(Data("usage: lathe-bench prompts | lathe-bench kernels ROOT\n".utf8))
            exit(2)
        }
    }

    private static func serve(root: String) async {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let kernels = MeasuredKernels(root: root, kernelProgram: program.path + "/lathe-kernel")
        while let line = readLine() {
            do {
                let step = try Step(parsing: line)
                let seconds = try await kernels.measure(step)
                answer(["seconds": .array(seconds.map(JSONValue.number))])
            } catch {
                answer(["error": .string(BenchError.reason(of: error))])
            }
        }
        await kernels.end()
    }

    /// Written at once: whoever asked waits for it.
    private static func answer(_ answer: JSONValue) {
        try? FileHandle.standardOutput.write(contentsOf: Data((answer.text + "\n").utf8))
    }
}
