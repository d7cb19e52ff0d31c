import BrokerStorage
import NGSILDModel

/// A small store as a released version wrote it. These texts are never changed; each new schema version adds one.
struct StoreOfVersion: Sendable, CustomStringConvertible {
    let version: Int
    let sql: String
    let picture: Picture

    var description: String { "version \(version)" }

    static let all = [version1, version2]

    private static let version1 = StoreOfVersion(
        version: 1,
        sql: """
            CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
            INSERT INTO grdb_migrations VALUES ('1');
            CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE term (number INTEGER PRIMARY KEY, iri TEXT NOT NULL) STRICT;
            CREATE TABLE tenant (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
            CREATE TABLE entity (
                number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX entity_by_id ON entity (tenant, id);
            CREATE TABLE change (
                first INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
            ) STRICT;
            CREATE TABLE document (
                kind TEXT NOT NULL, key TEXT NOT NULL, tenant INTEGER NOT NULL, body BLOB NOT NULL,
                PRIMARY KEY (kind, key, tenant)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE series (
                number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, entity TEXT NOT NULL, attribute INTEGER NOT NULL,
                dataset TEXT NOT NULL, longest INTEGER NOT NULL,
                UNIQUE (tenant, entity, attribute, dataset)
            ) STRICT;
            CREATE TABLE history (
                series INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, count INTEGER NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (series, start)
            ) STRICT, WITHOUT ROWID;
            PRAGMA application_id = 1347573331;
            PRAGMA user_version = 1;
            INSERT INTO mark VALUES ('pruned', 2);
            INSERT INTO term VALUES (1, 'https://example.org/a'), (2, 'https://example.org/b');
            INSERT INTO tenant VALUES (1, ''), (3, 'north');
            INSERT INTO entity VALUES (1, 1, 'urn:0', 4, x'0102'), (5, 3, 'urn:0', 5, x'');
            INSERT INTO change VALUES (2, 2, 70, x'010101000575726E3A3001070102010575726E3A3100');
            INSERT INTO change VALUES
                (4, 3, 71, x'010101000575726E3A3001080305000575726E3A3001090206000575726E3A780105');
            INSERT INTO document VALUES ('kind', 'k', 3, x'2A');
            INSERT INTO series VALUES (1, 1, 'urn:0', 1, '', 10);
            INSERT INTO history VALUES (1, 100, 110, 5, x'06');
            """,
        picture: Picture(
            entities: [
                Picture.Entity(
                    stored: StoredEntity(tenant: "", id: "urn:0", number: 1, revision: 4), body: [1, 2]),
                Picture.Entity(
                    stored: StoredEntity(tenant: "north", id: "urn:0", number: 5, revision: 5), body: []),
            ],
            changes: [
                StoredChange(
                    sequence: 3, at: Timestamp(microseconds: 70), tenant: "", id: "urn:1", number: 2, isDeletion: true,
                    change: []),
                StoredChange(
                    sequence: 4, at: Timestamp(microseconds: 71), tenant: "", id: "urn:0", number: 1,
                    isDeletion: false, change: [8]),
                StoredChange(
                    sequence: 5, at: Timestamp(microseconds: 71), tenant: "north", id: "urn:0", number: 5,
                    isDeletion: false, change: [9]),
            ],
            last: 6, tenants: ["", "north"],
            documents: [StoredDocument(kind: "kind", tenant: "north", key: "k", body: [42])],
            terms: ["https://example.org/a", "https://example.org/b"],
            chunks: [
                HistoryChunk(
                    series: Picture.series, start: Timestamp(microseconds: 100), end: Timestamp(microseconds: 110),
                    count: 5, body: [6])
            ]))

    private static let version2 = StoreOfVersion(
        version: 2,
        sql: """
            CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
            INSERT INTO grdb_migrations VALUES ('1'), ('2');
            CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE term (number INTEGER PRIMARY KEY, iri TEXT NOT NULL) STRICT;
            CREATE TABLE tenant (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
            CREATE TABLE entity (
                number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX entity_by_id ON entity (tenant, id);
            CREATE TABLE change (
                first INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
            ) STRICT;
            CREATE TABLE document (
                kind TEXT NOT NULL, key TEXT NOT NULL, tenant INTEGER NOT NULL, body BLOB NOT NULL,
                PRIMARY KEY (kind, key, tenant)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE series (
                number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, entity TEXT NOT NULL, attribute INTEGER NOT NULL,
                dataset TEXT NOT NULL, longest INTEGER NOT NULL,
                UNIQUE (tenant, entity, attribute, dataset)
            ) STRICT;
            CREATE TABLE history (
                series INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, count INTEGER NOT NULL,
                body BLOB NOT NULL,
                PRIMARY KEY (series, start)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE outbox (first INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
            PRAGMA application_id = 1347573331;
            PRAGMA user_version = 2;
            INSERT INTO mark VALUES ('pruned', 2);
            INSERT INTO term VALUES (1, 'https://example.org/a'), (2, 'https://example.org/b');
            INSERT INTO tenant VALUES (1, ''), (3, 'north');
            INSERT INTO entity VALUES (1, 1, 'urn:0', 4, x'0102'), (5, 3, 'urn:0', 5, x'');
            INSERT INTO change VALUES (2, 2, 70, x'010101000575726E3A3001070102010575726E3A3100');
            INSERT INTO change VALUES
                (4, 3, 71, x'010101000575726E3A3001080305000575726E3A3001090206000575726E3A780105');
            INSERT INTO document VALUES ('kind', 'k', 3, x'2A');
            INSERT INTO outbox VALUES (4, x'0708');
            INSERT INTO series VALUES (1, 1, 'urn:0', 1, '', 10);
            INSERT INTO history VALUES (1, 100, 110, 5, x'06');
            """,
        picture: Picture(
            entities: [
                Picture.Entity(
                    stored: StoredEntity(tenant: "", id: "urn:0", number: 1, revision: 4), body: [1, 2]),
                Picture.Entity(
                    stored: StoredEntity(tenant: "north", id: "urn:0", number: 5, revision: 5), body: []),
            ],
            changes: [
                StoredChange(
                    sequence: 3, at: Timestamp(microseconds: 70), tenant: "", id: "urn:1", number: 2, isDeletion: true,
                    change: []),
                StoredChange(
                    sequence: 4, at: Timestamp(microseconds: 71), tenant: "", id: "urn:0", number: 1,
                    isDeletion: false, change: [8]),
                StoredChange(
                    sequence: 5, at: Timestamp(microseconds: 71), tenant: "north", id: "urn:0", number: 5,
                    isDeletion: false, change: [9]),
            ],
            last: 6, tenants: ["", "north"],
            documents: [StoredDocument(kind: "kind", tenant: "north", key: "k", body: [42])],
            terms: ["https://example.org/a", "https://example.org/b"],
            chunks: [
                HistoryChunk(
                    series: Picture.series, start: Timestamp(microseconds: 100), end: Timestamp(microseconds: 110),
                    count: 5, body: [6])
            ], outbox: [StoredOutboxRow(sequence: 4, body: [7, 8])]))
}
