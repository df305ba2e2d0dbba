internal import Foundation
internal import LatheVocabulary

/// The Swift half of `make bench` and `make bench-kernel`: does one measured step for each line of its standard input.
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
        let parts = BenchParts(root: root, kernelProgram: program.path + "/lathe-kernel")
        let (kernels, session) = (MeasuredKernels(parts: parts), MeasuredSession(parts: parts))
        let library = MeasuredLibrary(parts: parts)
        let recollections = MeasuredRecollections(parts: parts)
        let tools = MeasuredTools(parts: parts)
        while let line = readLine() {
            do {
                answer(try await measure(try Step(parsing: line), kernels, session, library, recollections, tools).json)
            } catch {
                answer(["error": .string(BenchError.reason(of: error))])
            }
        }
        await kernels.end()
        await session.close()
        await recollections.close()
        await tools.close()
    }

    private static func measure(
        _ step: Step, _ kernels: MeasuredKernels, _ session: MeasuredSession, _ library: MeasuredLibrary,
        _ recollections: MeasuredRecollections, _ tools: MeasuredTools
    ) async throws -> StepAnswer {
        switch step.name {
        case .start: return try await kernels.start(step)
        case .cells: return try await kernels.cells(step)
        case .output: return try await kernels.output(step)
        case .interrupt: return try await kernels.interrupt(step)
        case .kernel: return try await kernels.kernel(step)
        case .kernels: return try await kernels.kernels(step)
        case .keep: return try await kernels.keep(step)
        case .begin: try await kernels.begin(step)
        case .beside: return try await kernels.beside(step)
        case .finish: return try await kernels.finish()
        case .checkpoint: return try await kernels.checkpoint()
        case .rollback: return try await kernels.rollback(step)
        case .save: return try await kernels.save()
        case .restore: return try await kernels.restore(step)
        case .stop: await kernels.end()
        case .open: return try await session.open(step, step.expected == "library" ? library.library : nil)
        case .library: return try await library.open(step)
        case .find: return try await library.find(step)
        case .recollections: return try await recollections.open(step)
        case .recall: return try await recollections.recall(step)
        case .tools: return try await tools.open(step)
        case .fits: return try await tools.fits(step)
        case .execute: return try await session.execute(step)
        case .attempt: return try await session.attempt(step)
        case .undo: return try await session.undo()
        case .renew: return try await session.renew()
        case .close: await session.close()
        case .events: return try await MeasuredJournal().events(step)
        case .eventsAtOnce: return try await MeasuredJournal().eventsAtOnce(step)
        case .turns: return try await MeasuredJournal().turns(step)
        case .resume: return try await MeasuredJournal().resume(step)
        }
        return StepAnswer()
    }

    /// Written at once: whoever asked waits for it.
    private static func answer(_ answer: JSONValue) {
        try? FileHandle.standardOutput.write(contentsOf: Data((answer.text + "\n").utf8))
    }
}
