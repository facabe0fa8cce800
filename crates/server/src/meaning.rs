//! The model that tells what texts mean, as the server finds it. Without one, texts are found by their words.

use crate::config::Config;
use salus_inference::{Embedder, Error};
use salus_records::Meanings;

/// How the model is, for whoever watches over the installation: whether all is as it should be, and in words.
pub type Condition = (bool, String);

/// Opens the model, and tells how that went. A model that is not there is no fault unless it was asked for.
pub fn open(config: &Config) -> (Meanings, Condition) {
    let folder = config.model_folder();
    match Embedder::open(&folder) {
        Ok(embedder) => {
            let words = format!(
                "Texts are found by their words and, by the model in {}, by meaning.",
                folder.display()
            );
            (Meanings::by(embedder), (true, words))
        }
        Err(Error::Absent(_)) if config.inference.model.is_none() => {
            let words = "There is no model: texts are found by their words alone.".to_owned();
            (Meanings::default(), (true, words))
        }
        Err(cause) => {
            tracing::warn!(error = %cause, "the model cannot be used; texts are found by their words alone");
            (Meanings::default(), (false, format!("Texts are found by their words alone: {cause}.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_is_a_fault_only_where_one_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.data = folder.path().to_owned();
        std::fs::create_dir(folder.path().join("model")).unwrap();
        for (model, is_well) in [(None, true), (Some(folder.path().join("elsewhere")), false)] {
            config.inference.model = model;
            let (meanings, (well, words)) = open(&config);
            assert_eq!((meanings.is_there(), well), (false, is_well));
            assert!(words.contains("by their words alone"), "{words}");
        }
    }
}
