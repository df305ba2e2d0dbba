internal import Foundation
internal import LatheScreens

/// Carries out one command and returns its exit code.
struct CommandRun: Sendable {
    let environment = ProcessInfo.processInfo.environment

    func run(_ command: Command) async throws(CommandFailure) -> Int32 {
        switch command {
        case .help(let text): return say(text)
        case .version: return say("lathe \(Version.text)")
        case .ask(let ask): return try await self.ask(ask)
        case .resume(let resume): return try await self.resume(resume)
        case .chat(let options): return try await chat(options)
        case .exec(let exec): return try await self.exec(exec)
        case .undo(let undo): return try await self.undo(undo)
        case .replay(let replay): return try await self.replay(replay)
        case .watch(let watch): return try await self.watch(watch)
        case .control(let control): return try await self.control(control)
        case .controlPlan(let plan): return try await planControl(plan)
        case .sessions(let sessions): return try await self.sessions(sessions)
        case .review(let review): return try await self.review(review)
        case .library(let library): return try await self.library(library)
        case .agents(let agents): return try await self.agents(agents)
        case .subtasks(let subtasks): return try await self.subtasks(subtasks)
        case .memory(let memory): return try await self.memory(memory)
        case .tools(let tools): return try await self.tools(tools)
        case .distill(let distill): return try await self.distill(distill)
        case .model(let model): return try await self.model(model)
        case .doctor(let options): return try await doctor(options)
        }
    }

    /// Prints a text of our own as it is.
    func say(_ text: String) -> Int32 {
        TerminalOutput.standardOutput.write(text.hasSuffix("\n") ? text : text + "\n")
        return ExitCode.complete.rawValue
    }

    /// The text given, or all of standard input.
    func text(_ given: GivenText, of what: String) throws(CommandFailure) -> String {
        let text: String
        switch given {
        case .text(let argument): text = argument
        case .standardInput:
            guard let data = try? FileHandle.standardInput.readToEnd() ?? Data(),
                let read = String(data: data, encoding: .utf8)
            else {
                throw CommandFailure("standard input is not UTF-8 text, so there is no \(what) to read", exitCode: 2)
            }
            text = read
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            throw CommandFailure("the \(what) is empty; see 'lathe --help'", exitCode: 2)
        }
        return text
    }
}

enum Version {
    static let text = "0.1.0"
}
