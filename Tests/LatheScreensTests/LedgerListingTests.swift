import LatheVocabulary
import Testing

@testable import LatheScreens

struct LedgerListingTests {
    private static let part = Place.coordinator.child("part")

    private static func event(_ place: Place, _ body: EventBody) -> Event {
        Event(sequence: 1, time: 0, place: place, body: body)
    }

    private static func noted(
        _ note: Int, _ kind: LedgerNoted.Kind, _ text: String, _ verdict: LedgerNoted.Verdict? = nil, of: String? = nil
    ) -> EventBody {
        .ledgerNoted(
            LedgerNoted(note: note, kind: kind, text: text, settles: of, verdict: verdict, cell: 1, call: note))
    }

    private static func step(_ name: String, needs: [String] = []) -> PlanStep {
        PlanStep(
            name: name, task: "do", agent: "worker", needs: needs,
            reckoned: PlanStep.Reckoning(calls: 1...2, tokens: 10...20))
    }

    private static let events: [Event] = [
        event(.coordinator, .taskSubmitted(TaskSubmitted(task: "Why late?"))),
        event(.coordinator, noted(1, .guess, "fog \u{1B}[2J explains it")),
        event(
            .coordinator,
            .planMade(
                PlanMade(
                    plan: 1, cell: 1, goal: "find it", strategy: .parallel,
                    steps: [step("load"), step("fit", needs: ["load"])],
                    worst: WorkBound(subtasks: 2, modelCalls: 4, tokens: 40)))),
        event(.coordinator, .planStep(PlanStepChanged(plan: 1, step: "load", state: .running, subtask: 1))),
        event(
            part,
            .subtaskStarted(
                SubtaskStarted(
                    id: 1, label: "part", place: part, agent: Agent(name: "worker", instructions: "do"), task: "do",
                    model: "m", maxTurns: 3))),
        event(part, .stallFound(StallFound(rule: .noProgress, turns: 5, step: .told, reason: "5 turns", told: "x"))),
        event(part, noted(1, .fact, "rows are whole")),
        event(.coordinator, noted(2, .fact, "it is the hour", .refutes, of: "coordinator:n1")),
    ]

    @Test func `the ledger says what is known, by whom, and how it goes, within the terminal`() {
        let lines = LedgerListing.lines(Ledger(Self.events).view(of: .coordinator), Canvas(width: 60)).map(\.plain)
        #expect(
            lines == [
                "› Why late?", "", "facts", "· rows are whole  (coordinator/part:n1, cell 1)",
                "· it is the hour  (n2, cell 1)", "", "guesses",
                "· fog ␛[2J explains it  (n1, cell 1)  refuted by", "  coordinator:n2", "", "plan 1  find it",
                "  load  running  worker  ", "  fit   waiting  worker  needs load", "", "in progress  1  load",
                "next         1  fit", "",
                "agent        state    turns  cells  tokens   cost  last pro…",
                "coordinator  running      0      0       0  $0.00  turn 0: …",
                "  part       running      0      0       0  $0.00  turn 0: …",
            ])
        for width in [10, 25, 80] {
            let lines = LedgerListing.lines(Ledger(Self.events).view(of: .coordinator), Canvas(width: width))
            #expect(lines.allSatisfy { $0.width <= width }, "\(width)")
        }
        #expect(
            LedgerListing.lines(Ledger([]).view(of: .coordinator), Canvas(width: 60)).map(\.plain)
                == ["no task yet, and nothing noted"])
    }
}
