import Testing

@testable import NGSILDModel

/// What keeps persons out: this list may grow; a change that shortens it is out of scope (docs/freedom.md).
struct PersonalDataTests {
    @Test(
        "names that tell of a person are refused",
        arguments: [
            (
                PersonalData.Reason.biometry,
                "faceId faceEmbedding face_embedding FaceEmbeddings facialRecognition faceImage faceTemplate faceprint gait gaitSignature voicePrint voiceprint irisScan retinaTemplate fingerprint fingerprintTemplate emotion facialExpression personReidentification pedestrianEmbedding reconnaissanceFaciale empreinteDigitale biometrics"
            ),
            (
                .plate,
                "licensePlate license_plate LicensePlateNumber licencePlate numberPlate numberPlates plateNumber plateText plateHash vehiclePlateIdentifier vehicleRegistrationNumber carPlate registrationPlate anprRead plaqueImmatriculation immatriculation Kennzeichen matrícula"
            ),
            (
                .device,
                "macAddress mac_address MACAddress hashedMacAddress wifiMacHash bluetoothAddress phoneId imei IMSI msisdn advertisingId adresseMAC"
            ),
            (
                .name,
                "firstName first_name lastName surname givenName familyName maidenName prénom nomDeFamille dateOfBirth birthDate dateNaissance driverName passengerEmail patientPhone citizenPhoto"
            ),
            (
                .number,
                "nationalId nationalNumber personalIdentityNumber socialSecurityNumber passportNumber driverLicence numeroSecuriteSociale passengerId patientId citizenIds driverId visitorUUID"
            ),
            (
                .conviction,
                "ethnicity ethnicOrigin racialGroup politicalOpinion politicalAffiliation religiousBelief residentReligion sexualOrientation tradeUnionMembership skinColour caste nationality criminalRecord"
            ),
            (
                .score,
                "socialScore socialCredit citizenScore creditScore personRating passengerRiskScore suspectProfile"
            ),
            (
                .movement,
                "personLocation citizenTrack passengerTrajectory pedestrianTrajectories visitorTrace driverWhereabouts trajectoryOfPerson locationHistory"
            ),
        ] as [(PersonalData.Reason, String)])
    func refused(reason: PersonalData.Reason, names: String) {
        for name in names.split(separator: " ") {
            #expect(PersonalData.reason(against: String(name)) == reason, "\(name)")
            #expect(PersonalData.reason(against: "https://models.example/person#\(name)") == reason, "\(name)")
        }
    }

    @Test(
        "names that cities need are taken",
        arguments: [
            // Counts and flows.
            "peopleCount numberOfPeople passengerCount passengerMovements pedestrianFlow pedestrianCount visitorNumber vehicleCount averageVehicleSpeed occupancy bicycleCount residentPopulation crowdDensity",
            // Words inside other words.
            "surface surfaceTemperature interface interfaceId plateau template templateId platelet stomach machine trace traceId laneTrack raceTrack facet facility facade earthquake voiceAnnouncement wiFiChannel nir irisId codeIris",
            // Things, places and organisations.
            "name alternateName owner ownerName ownerId description location refDevice deviceId serialNumber deviceEUI vehicleId fleetVehicleId vehicleType routeId tripId platform platformId streetName stopName stationName roadName contactPoint email telephone address postalCode religion denomination brandName modelName operatorName dataProvider identifier pedestrianTrack pedestrianPath cyclistPath passengerCapacity driverSeat riskLevel score rating birthRate nationalRoute partyWall unionJack registrationNumber fullName",
            // The Smart Data Models of air, water, traffic and waste.
            "pm25 no2 airQualityIndex reliability precipitation refPointOfInterest laneId congested averageHeadwayTime intensity fillingLevel cargoWeight status category source stateOfHealth illuminanceLevel waterConsumption alertSource subCategory severity validFrom",
        ])
    func taken(names: String) {
        for name in names.split(separator: " ") {
            #expect(PersonalData.reason(against: String(name)) == nil, "\(name)")
        }
    }

    @Test func `entities cannot be persons`() {
        for type in "Person person NaturalPerson Citizen Patient Passenger Suspect Voter TrackedPerson Personne".split(
            separator: " ")
        {
            #expect(PersonalData.reason(againstType: String(type)) == .person, "\(type)")
            #expect(PersonalData.reason(againstType: "https://schema.org/\(type)") == .person, "\(type)")
        }
        for type
            in "PersonalLightVehicle PedestrianFlowObserved CrowdFlowObserved Organization Vehicle Device PatientRoom ResidentialBuilding AirQualityObserved Alert PassengerInformationDisplay"
            .split(separator: " ")
        { #expect(PersonalData.reason(againstType: String(type)) == nil, "\(type)") }
    }

    private func decode(_ json: String, _ purpose: EntityDecoder.Purpose = .entity) throws -> EntityDraft {
        try Vocabulary().draft(json, purpose: purpose)
    }

    @Test(
        "no way of writing it gets a refused name in",
        arguments: [
            #"{"id":"urn:x:1","type":"T","licensePlate":"AB-123-CD"}"#,
            #"{"id":"urn:x:1","type":"T","licensePl\u0061te":"AB-123-CD"}"#,
            #"{"id":"urn:x:1","type":"T","https://a.example/licensePlate":{"value":"AB-123-CD"}}"#,
            #"{"id":"urn:x:1","type":"T","seen":{"value":1,"licensePlate":{"value":"AB-123-CD"}}}"#,
            #"{"id":"urn:x:1","type":"T","seen":{"value":{"vehicles":[{"speed":3,"licensePlate":"AB-123-CD"}]}}}"#,
            #"{"id":"urn:x:1","type":"T","seen":{"value":[{"license\u0050late":"AB-123-CD"}]}}"#,
            #"{"id":"urn:x:1","type":"T","seen":{"json":{"a":{"licensePlate":"AB-123-CD"}}}}"#,
            #"{"id":"urn:x:1","type":"T","seen":{"valueList":[[{"licensePlate":"AB-123-CD"}]]}}"#,
            #"{"id":"urn:x:1","type":"Person"}"#, #"{"id":"urn:x:1","type":["Device","https://schema.org/Person"]}"#,
        ])
    func noWayIn(json: String) {
        for purpose in [EntityDecoder.Purpose.entity, .fragment] {
            let error = #expect(throws: NGSILDError.self) { _ = try decode(json, purpose) }
            #expect(error?.detail.contains("docs/freedom.md") == true, "\(error?.detail ?? "")")
        }
    }

    @Test func `a name that was an attribute's is still no type`() throws {
        let context = try Vocabulary().context
        _ = try context.term("resident")
        #expect(throws: NGSILDError.self) { _ = try context.typeTerm("Resident") }
        _ = try context.typeTerm("Room")
        #expect(throws: NGSILDError.self) { _ = try context.typeTerm("Person") }
    }

    @Test func `names of a megabyte, without end or without letters are judged in bounded time`() {
        #expect(PersonalData.reason(against: String(repeating: "aB", count: 500_000)) == nil)
        #expect(PersonalData.reason(against: "") == nil)
        #expect(PersonalData.reason(against: "///###") == nil)
        #expect(PersonalData.reason(against: String(repeating: "_", count: 100)) == nil)
    }
}
