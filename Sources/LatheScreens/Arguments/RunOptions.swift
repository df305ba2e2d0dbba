package import LatheVocabulary

/// The options of the commands that run a session.
package struct RunOptions: Sendable, Hashable {
    /// As given: `PATH` or `NAME=PATH`; `DataInput.resolve` looks at the files.
    package var data: [String]
    package var session: String?
    package var model: String?
    package var output: OutputForm
    package var confirmation: Confirmation
    /// The folder of `lathe.json`, sessions and library; nil for the one that is found from the working directory.
    package var project: String?
    package var maxTurns: Int?
    /// Of the session's kernels, over those of `lathe.json`.
    package var limits: KernelLimits
    /// Of each task, over that of `lathe.json`.
    package var budget: BudgetLimits
    package var sandbox: SandboxChoice
    package var memory: MemoryChoice
    /// Whether the user sees plans before they run, whatever `lathe.json` says.
    package var reviewsPlans: Bool

    package init(
        data: [String] = [], session: String? = nil, model: String? = nil, output: OutputForm = .screen,
        confirmation: Confirmation = .asks, project: String? = nil, maxTurns: Int? = nil,
        limits: KernelLimits = KernelLimits(), budget: BudgetLimits = BudgetLimits(),
        sandbox: SandboxChoice = .confined, memory: MemoryChoice = .used, reviewsPlans: Bool = false
    ) {
        self.reviewsPlans = reviewsPlans
        self.memory = memory
        self.data = data
        self.session = session
        self.model = model
        self.output = output
        self.confirmation = confirmation
        self.project = project
        self.maxTurns = maxTurns
        self.limits = limits
        self.budget = budget
        self.sandbox = sandbox
    }
}

/// The options of the commands that look things up or keep house.
package struct ListingOptions: Sendable, Hashable {
    package var output: OutputForm
    package var confirmation: Confirmation
    package var project: String?
    package var sandbox: SandboxChoice

    package init(
        output: OutputForm = .screen, confirmation: Confirmation = .asks, project: String? = nil,
        sandbox: SandboxChoice = .confined
    ) {
        self.output = output
        self.confirmation = confirmation
        self.project = project
        self.sandbox = sandbox
    }
}

/// Whether kernels run in the sandbox. Said on the command line each time, and nowhere else.
package enum SandboxChoice: Sendable, Hashable { case confined, none }

/// Whether a run recalls what earlier sessions left, and leaves something itself.
package enum MemoryChoice: Sendable, Hashable { case used, none }

package enum OutputForm: Sendable, Hashable {
    /// The live view on a terminal, plain lines through a pipe.
    case screen
    case json
    case quiet
}

/// Whether the user is asked before something is downloaded or deleted.
package enum Confirmation: Sendable, Hashable { case asks, assumed }
