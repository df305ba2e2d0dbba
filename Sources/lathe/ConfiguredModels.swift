internal import LatheProviders
internal import LatheVocabulary
internal import Synchronization

/// Models by the configuration, each made once; the default one may be named on the command line.
final class ConfiguredModels: ModelSource {
    private struct State {
        var title = "no model"
        var made: [String: any LanguageModel] = [:]
        /// How many models of a role's chain are passed over, since they have no key or no weights.
        var passedOver: [String: Int] = [:]
    }

    private let catalogue: ModelCatalogue
    private let given: String?
    private let isNeeded: Bool
    private let state = Mutex(State())

    init(
        configuration: ModelConfiguration, given: String?, isNeeded: Bool, installation: Installation,
        environment: [String: String]
    ) {
        catalogue = ModelCatalogue(
            configuration: configuration, environment: environment, tools: installation.tools(environment))
        self.given = given
        self.isNeeded = isNeeded
    }

    /// A model's name as it may be given on the command line; nil for what is none.
    static func name(_ title: String) -> String? {
        guard let name = try? ModelName(parsing: title) else { return nil }
        return name.description
    }

    var title: String { state.withLock { $0.title } }

    func prepare() async throws(CommandFailure) -> String? {
        guard isNeeded else { return nil }
        do throws(ModelSetupError) {
            let choice = try await choice("default")
            state.withLock { $0.title = choice.model.name }
            var told = [choice.notice].compactMap { $0 }
            if !choice.passedOver.isEmpty {
                told.append(Self.sentence(choice.passedOver, choice.model.name, "default"))
            }
            told += passedOverElsewhere
            if choice.notice == nil, choice.model.isSmall {
                told.append(
                    "The model \(choice.model.name) is small: for simple questions about one table. Check the code that it runs."
                )
            }
            return told.isEmpty ? nil : told.joined(separator: " ")
        } catch {
            throw CommandFailure(error.reason, exitCode: error.code == .badName ? 2 : 1)
        }
    }

    /// What is passed over in the chains of the other roles.
    private var passedOverElsewhere: [String] {
        catalogue.configuration.roles.keys.filter { $0 != "default" }.sorted().compactMap { role in
            catalogue.passedOver(role: role).map { Self.sentence($0.models, $0.used.description, role) }
        }
    }

    private static func sentence(_ passedOver: [String], _ used: String, _ role: String) -> String {
        "\(used) plays the role \(role), since what comes before it in its chain cannot be used: "
            + passedOver.joined(separator: " ")
    }

    func model(for role: String?) async throws(ModelError) -> any LanguageModel {
        // A role that nobody configured is played by the default model: code in a kernel cannot name anything else.
        let role = known(role)
        if let made = state.withLock({ $0.made[role] }) { return made }
        do throws(ModelSetupError) {
            return try await choice(role).model
        } catch {
            throw ModelError(error.code.modelCode, error.reason)
        }
    }

    private func known(_ role: String?) -> String {
        role.flatMap { catalogue.configuration.roles[$0] == nil ? nil : $0 } ?? "default"
    }

    /// Counted from the model that plays the role: those before it in the chain are passed over. A model that the command line names
    /// has no others behind it.
    func fallback(for role: String?, at position: Int) async throws(ModelError) -> (any LanguageModel)? {
        let role = known(role)
        guard position > 0 else { return try await model(for: role) }
        let chain = catalogue.configuration.roles[role] ?? []
        let position = position + state.withLock { $0.passedOver[role] ?? 0 }
        guard position < chain.count, !(role == "default" && given != nil) else { return nil }
        let name = chain[position]
        if let made = state.withLock({ $0.made["\(role)/\(position)"] }) { return made }
        do throws(ModelSetupError) {
            let model = try await catalogue.model(name)
            state.withLock { $0.made["\(role)/\(position)"] = model }
            return model
        } catch {
            throw ModelError(error.code.modelCode, "\(name): \(error.reason)")
        }
    }

    private func choice(_ role: String) async throws(ModelSetupError) -> ModelCatalogue.Choice {
        let choice: ModelCatalogue.Choice
        if let given, role == "default" {
            choice = ModelCatalogue.Choice(model: try await catalogue.model(try ModelName(parsing: given)), notice: nil)
        } else {
            choice = try await catalogue.model(role: role)
        }
        state.withLock { state in
            state.made[role] = choice.model
            state.passedOver[role] = choice.position
        }
        return choice
    }

    func close() async {
        await catalogue.shutDown()
    }
}
