//! The logins of the demo: one for each role.

/// A login.
pub struct DemoAccount {
    /// What to sign in with.
    pub email: &'static str,
    /// How the person is addressed.
    pub display_name: &'static str,
    /// Names of roles: `person`, `caregiver`, `clinician`, `pharmacist`, `emergency`, `admin`.
    pub roles: Vec<&'static str>,
    /// Ids of Patients, each with the relationship: `self`, `child`, `parent`, `in-care`.
    pub patients: Vec<(&'static str, &'static str)>,
    /// The id of the Practitioner they are.
    pub practitioner: Option<&'static str>,
    /// Whether it was made sure that they are who they say: they may break the glass.
    pub is_verified: bool,
}

/// One login for each role. The caregiver is a person, too, with a record of her own.
pub fn accounts() -> Vec<DemoAccount> {
    let account = |email, display_name, roles: &[&'static str], patients: &[(&'static str, &'static str)]| {
        let (roles, patients) = (roles.to_vec(), patients.to_vec());
        let is_verified = roles.iter().any(|role| matches!(*role, "clinician" | "emergency"));
        DemoAccount { email, display_name, roles, patients, practitioner: None, is_verified }
    };
    vec![
        account("maria@demo.salus", "Maria Lindqvist", &["person"], &[("maria-lindqvist", "self")]),
        account(
            "hanna@demo.salus",
            "Hanna Lindqvist",
            &["person", "caregiver"],
            &[("hanna-lindqvist", "self"), ("noah-lindqvist", "child"), ("ingrid-lindqvist", "parent")],
        ),
        DemoAccount {
            practitioner: Some("dr-osei"),
            ..account(
                "clinician@demo.salus",
                "Dr. Abena Osei",
                &["clinician"],
                &[
                    ("maria-lindqvist", "in-care"),
                    ("ingrid-lindqvist", "in-care"),
                    ("samuel-okafor", "in-care"),
                    ("priya-raman", "in-care"),
                    ("tomasz-kowalczyk", "in-care"),
                    ("george-papadakis", "in-care"),
                ],
            )
        },
        account(
            "pharmacist@demo.salus",
            "Ruth Abernathy",
            &["pharmacist"],
            &[
                ("maria-lindqvist", "in-care"),
                ("ingrid-lindqvist", "in-care"),
                ("george-papadakis", "in-care"),
                ("amina-yusuf", "in-care"),
            ],
        ),
        account("emergency@demo.salus", "Jonas Wren", &["emergency"], &[]),
        account("admin@demo.salus", "Dana Whitfield", &["admin"], &[]),
    ]
}
