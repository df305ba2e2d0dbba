internal import Foundation
internal import LatheScreens
internal import LatheTools
internal import LatheVocabulary

extension DoctorCheck {
    /// What can be said of the servers of tools without starting one; `lathe tools test` starts them.
    func tools(_ project: Project) throws(CommandFailure) -> [DoctorFinding] {
        let desk = try project.toolDesk(
            try Installation.find(environment: environment), environment: environment, news: { _ in },
            question: { _ in .declined })
        let problems = desk.configuration.problems.map { problem in
            DoctorFinding(
                topic: "tools", status: .warning,
                detail: problem.server.isEmpty ? problem.reason : "\(problem.server): \(problem.reason)",
                mend: problem.mend)
        }
        return problems + kept(desk)
            + desk.configuration.servers.map { server in
                let topic = "tools: \(server.name)"
                do throws(ToolError) {
                    return try finding(topic, server, desk)
                } catch {
                    return DoctorFinding(topic: topic, status: .warning, detail: error.reason, mend: error.mend)
                }
            }
    }

    /// How many answers were kept as "always" here; none is no finding.
    private func kept(_ desk: ToolDesk) -> [DoctorFinding] {
        let topic = "tools: always"
        do throws(ToolError) {
            let kept = try desk.records.keptAnswers().filter { $0.project == desk.project }
            guard !kept.isEmpty else { return [] }
            let names = kept.map { "\($0.server)/\($0.tool)" }
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            return [
                DoctorFinding(
                    topic: topic, status: .ok,
                    detail: "called without asking, as you said: \(names.prefix(5).joined(separator: ", "))\(more); "
                        + "lathe tools rules shows all, lathe tools forget takes back")
            ]
        } catch {
            return [DoctorFinding(topic: topic, status: .warning, detail: error.reason, mend: error.mend)]
        }
    }

    private func finding(_ topic: String, _ server: ToolServer, _ desk: ToolDesk) throws(ToolError) -> DoctorFinding {
        if server.isOff { return DoctorFinding(topic: topic, status: .ok, detail: "turned off") }
        switch try desk.standing(of: server) {
        case .allowed: break
        case .notAllowed:
            return DoctorFinding(
                topic: topic, status: .warning, detail: "not allowed here: \(server.way)",
                mend: "lathe tools allow \(server.name)")
        case .changed:
            return DoctorFinding(
                topic: topic, status: .warning, detail: "no longer what was allowed: \(server.way)",
                mend: "lathe tools allow \(server.name)")
        }
        try desk.check(server)
        return DoctorFinding(
            topic: topic, status: .ok, detail: "\(server.way); lathe tools test \(server.name) starts it")
    }
}
