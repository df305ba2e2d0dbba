internal import Foundation
internal import LatheScreens
internal import LatheVocabulary

extension TerminalConsent: PlanReview {
    func decide(on plan: PlanMade, at place: Place, text: String, problem: String?) async -> PlanDecision? {
        await feed.aside { [self] (isStopped: () -> Bool) -> PlanDecision? in
            guard !isStopped() else { return nil }
            let output = TerminalOutput.standardError
            let canvas = Canvas(size: output.size(), environment: environment)
            TerminalQuestion.show(canvas.render(PlanListing.lines(plan, canvas)))
            var problem = problem
            Self.tell(problem, canvas, output)
            let decision = TerminalQuestion.answer(
                // What could not be taken is no plan to accept; the one above still is.
                problem == nil
                    ? "Run this plan? [y] yes  [e] all of it in an editor  [n] no: "
                    : "Run it as shown above, without that edit? [y] yes  [e] edit again  [n] no: ",
                hint: "Say y, e or n.", isStopped
            ) { said -> PlanDecision? in
                switch said {
                case "y", "yes": return .accepted
                case "n", "no": return .declined(Self.reason(output, isStopped))
                case "e", "edit":
                    switch edited(text) {
                    case .success(let edited): return edited
                    case .failure(let failure): problem = failure.reason
                    }
                    Self.tell(problem, canvas, output)
                    return nil
                default: return nil
                }
            }
            if decision == nil { output.write("\n") }
            return decision
        }
    }

    private static func tell(_ problem: String?, _ canvas: Canvas, _ output: TerminalOutput) {
        guard let problem else { return }
        output.write(canvas.told(["Not taken: \(problem)".singleLine(upTo: 1_000)]))
    }

    func triesAgain(_ step: String, of plan: PlanMade, at place: Place, reason: String) async -> Bool? {
        await yesOrNo(["plan \(plan.plan), step \(step): \(reason)"], "Try it once more?")
    }

    private static func reason(_ output: TerminalOutput, _ isStopped: () -> Bool) -> String {
        output.write("Why not? The agent is told; Enter for nothing: ")
        return (TerminalQuestion.line(isStopped) ?? "").singleLine(upTo: 400)
    }

    /// Lets the user edit the plan's text in a file of their own; a text without a step declines it.
    private func edited(_ text: String) -> Result<PlanDecision, CommandFailure> {
        guard let editor = Editor(environment: environment) else {
            return .failure(CommandFailure("no editor is named: set VISUAL or EDITOR, as in EDITOR=nano lathe ask"))
        }
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-plan-\(UUID().uuidString)"
        let file = folder + "/plan.txt"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try text.write(toFile: file, atomically: false, encoding: .utf8)
            try editor.openAndWait([file])
            let after = try BoundedText.ofPlan.read(file)
            let hasStep = after.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("step:") }
            return .success(hasStep ? .edited(after) : .declined("the user left no step of it"))
        } catch {
            return .failure(CommandFailure("\(CommandFailure.reason(of: error)); nothing was taken from it"))
        }
    }
}
