import ArgumentParser
import BrokerStorage
import NGSILDClient
import NGSILDModel

/// Why a command ends, in a sentence that names the thing and the remedy.
struct Refusal: Error, CustomStringConvertible {
    let description: String
}

/// Ends a command with the message of an error, without the name of its type.
enum Failure {
    /// - Throws: the status to exit with: 64 for what was asked wrongly, 1 for all else.
    static func told(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as ExitCode { throw error } catch let error as ValidationError {
            // The usage line is left out: the command is right, what it found behind the option is not.
            Output.tell("Error: \(error.message)\n")
            throw ExitCode.validationFailure
        } catch {
            Output.tell("Error: \(text(error))\n")
            throw ExitCode.failure
        }
    }

    /// An error as the operator reads it, with what to do where the error itself does not say that.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as NGSILDError: error.detail
        case let error as OutgoingHTTPError: reached(error)
        case NGSILDClientError.noAnswer(let error): reached(error)
        case NGSILDClientError.refused(status: 401, type: _, detail: let detail): detail + "; " + keyRemedy
        case StorageError.unavailable(_, let reason) where !reason.contains(";"):
            "\(error); check the path and its permissions"
        default: "\(error)"
        }
    }

    /// What to do about a server that asks for a credential.
    static let keyRemedy = "give a key with --key or in PARVIS_KEY"

    private static func reached(_ error: OutgoingHTTPError) -> String {
        switch error {
        case .unreachable(let url, _) where url.hasPrefix("https:"):
            "\(error); does a Parvis run there, and do --url and --ca-file fit its certificate?"
        case .unreachable, .timedOut: "\(error); does a Parvis run there? Check --url"
        default: "\(error)"
        }
    }
}
