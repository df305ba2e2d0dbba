package import LatheVocabulary

/// What the user asked for, parsed and checked as far as that goes without looking at files.
package enum Command: Sendable, Hashable {
    case ask(AskCommand)
    case resume(ResumeCommand)
    case chat(RunOptions)
    case exec(ExecCommand)
    case undo(UndoCommand)
    case sessions(SessionsCommand)
    case review(ReviewCommand)
    case library(LibraryCommand)
    case distill(DistillCommand)
    case agents(AgentsCommand)
    case replay(ReplayCommand)
    case subtasks(SubtasksCommand)
    case memory(MemoryCommand)
    case watch(WatchCommand)
    case control(ControlCommand)
    case controlPlan(PlanControlCommand)
    case tools(ToolsCommand)
    case model(ModelCommand)
    case doctor(ListingOptions)
    /// Text to print as it is; the exit code is 0.
    case help(String)
    case version
}

package struct AskCommand: Sendable, Hashable {
    package var task: GivenText
    /// What the task begins with; nil leaves it to the model.
    package var form: TaskForm.Kind?
    package var options: RunOptions
}

package struct ResumeCommand: Sendable, Hashable {
    /// Nil for the newest session that has an unfinished task.
    package var session: String?
    /// Whether calls are repeated of which nobody knows whether they happened.
    package var repeatsUnknown: Bool
    package var options: RunOptions
}

package struct ExecCommand: Sendable, Hashable {
    package var code: GivenText
    package var session: String
    package var options: RunOptions
}

package struct UndoCommand: Sendable, Hashable {
    /// Nil for the session that was used last.
    package var session: String?
    package var options: ListingOptions
}

/// Text given as an argument, or `-` for what stands on standard input.
package enum GivenText: Sendable, Hashable {
    case text(String)
    case standardInput

    init(argument: String) {
        self = argument == "-" ? .standardInput : .text(argument)
    }
}

package struct SessionsCommand: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case list
        case show(String)
        /// What its newest task knows and how it goes.
        case ledger(String)
        /// Writes the session as a file.
        case export(String, ExportOptions)
        /// Whether the journal is whole, and the files that it names are there.
        case check(String)
        /// Prints the session's replies as a recording that `replay` takes.
        case recording(String)
        /// At least one name.
        case delete([String])
    }

    package var action: Action
    package var options: ListingOptions
}

package struct LibraryCommand: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case list
        case show(CapabilityReference, version: ShownVersion)
        case search(String)
        /// At least one name; just one where there is the beginning of the hash that was shown.
        case approve([CapabilityReference], shown: String?)
        case reject(CapabilityReference, reason: String, shown: String?)
        case askForChanges(CapabilityReference, note: String, shown: String?)
        case deprecate(CapabilityReference, reason: String?)
        /// What waits against what is approved, or what is approved against the file.
        case diff(CapabilityReference)
        /// Of all capabilities where none is named.
        case history(CapabilityReference?)
        /// What was made of capabilities; of all where none is named.
        case stats([CapabilityReference])
        /// Whether what is approved is what was approved; of all where none is named.
        case check([CapabilityReference])
        /// Runs the tests again; of all where none is named.
        case test([CapabilityReference], mutation: MutationChoice)
        /// Runs agents on their examples with a live model and keeps its replies; at least one name.
        case record([CapabilityReference], RunOptions)
        case export(NeighbourExport)
        /// A skill, an agent's file, or a folder of either.
        case importFrom(String)
    }

    /// Which one is shown where a version waits beside the approved one.
    package enum ShownVersion: Sendable, Hashable { case approved, proposed }

    /// Whether sources are changed to see whether their tests notice.
    package enum MutationChoice: Sendable, Hashable { case tried, left }

    package var action: Action
    package var options: ListingOptions
}

package struct ReviewCommand: Sendable, Hashable {
    /// All that waits where none is named.
    package var names: [CapabilityReference]
    package var options: ListingOptions
}

package struct ReplayCommand: Sendable, Hashable {
    /// The name of a session, or the path of a recording where it contains a `/` or such a file exists.
    package var source: String
    /// The coordinator's turn at which a live model takes over; nil for a replay of all.
    package var from: Int?
    package var options: RunOptions
}

package struct ModelCommand: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        /// nil stands for the usual one.
        case install(String?)
        case list
        case remove(String?)
    }

    package var action: Action
    package var options: ListingOptions
}
