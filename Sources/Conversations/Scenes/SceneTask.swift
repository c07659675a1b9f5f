/// What can be asked about a scene besides to play in it.
public enum SceneTask: String, Sendable, CaseIterable {
  /// The second half of the scene, after the first.
  case `continue` = "continue"
  /// The dialogue as it stands, after a draft in which each line is cut to its first sentence.
  case punchUp = "punch-up"
  /// The author's synopsis, after the scene; never made up.
  case summarize
  /// The action lines and shots, numbered, after the scene.
  case shotList = "shot-list"
}

/// The sentences with which tasks are asked, in the scene's language.
enum SceneTaskTemplates {
  /// The sentences for a task; English where the language has none.
  static func sentences(for task: SceneTask, language: String?) -> [String] {
    let all = language.flatMap { sentences[$0] } ?? english
    return all[task] ?? []
  }

  private static let english: [SceneTask: [String]] = [
    .continue: [
      "Continue this scene.", "Write what happens next in this scene.",
      "Go on with the scene from here.",
    ],
    .punchUp: [
      "Punch up the dialogue of this scene.", "This is a draft. Make its lines sharper.",
      "Rewrite the lines of this draft so that they play.",
    ],
    .summarize: [
      "Summarize this scene.", "What happens in this scene? Be brief.",
      "Write a synopsis of this scene.",
    ],
    .shotList: [
      "Describe the shots of this scene as a list.", "Make a shot list for this scene.",
      "List what the camera sees in this scene, shot by shot.",
    ],
  ]

  private static let sentences: [String: [SceneTask: [String]]] = [
    "en": english,
    "kn": [
      .continue: [
        "ಈ ದೃಶ್ಯವನ್ನು ಮುಂದುವರಿಸಿ.", "ಈ ದೃಶ್ಯದಲ್ಲಿ ಮುಂದೆ ಏನಾಗುತ್ತದೆ ಎಂದು ಬರೆಯಿರಿ.",
        "ಇಲ್ಲಿಂದ ದೃಶ್ಯವನ್ನು ಮುಂದೆ ಬರೆಯಿರಿ.",
      ],
      .punchUp: [
        "ಈ ದೃಶ್ಯದ ಸಂಭಾಷಣೆಯನ್ನು ಇನ್ನಷ್ಟು ಚುರುಕಾಗಿಸಿ.", "ಇದು ಕರಡು. ಮಾತುಗಳಿಗೆ ಜೀವ ತುಂಬಿ ಬರೆಯಿರಿ.",
        "ಈ ಕರಡಿನ ಮಾತುಗಳನ್ನು ಪೂರ್ಣವಾಗಿ ಬರೆಯಿರಿ.",
      ],
      .summarize: [
        "ಈ ದೃಶ್ಯವನ್ನು ಸಂಕ್ಷಿಪ್ತವಾಗಿ ಹೇಳಿ.", "ಈ ದೃಶ್ಯದಲ್ಲಿ ಏನಾಗುತ್ತದೆ? ಚಿಕ್ಕದಾಗಿ ಹೇಳಿ.",
        "ಈ ದೃಶ್ಯದ ಸಾರಾಂಶ ಬರೆಯಿರಿ.",
      ],
      .shotList: [
        "ಈ ದೃಶ್ಯದ ಶಾಟ್‌ಗಳನ್ನು ಪಟ್ಟಿ ಮಾಡಿ.", "ಈ ದೃಶ್ಯಕ್ಕೆ ಶಾಟ್ ಲಿಸ್ಟ್ ಬರೆಯಿರಿ.",
        "ಕ್ಯಾಮೆರಾ ಏನನ್ನು ನೋಡುತ್ತದೆ ಎಂದು ಒಂದೊಂದಾಗಿ ಬರೆಯಿರಿ.",
      ],
    ],
    "te": [
      .continue: [
        "ఈ సన్నివేశాన్ని కొనసాగించండి.", "ఈ సన్నివేశంలో తర్వాత ఏమి జరుగుతుందో రాయండి.",
        "ఇక్కడి నుంచి సన్నివేశాన్ని ముందుకు రాయండి.",
      ],
      .punchUp: [
        "ఈ సన్నివేశంలోని సంభాషణలను పదును పెట్టండి.", "ఇది చిత్తుప్రతి. మాటలకు ప్రాణం పోయండి.",
        "ఈ చిత్తుప్రతిలోని మాటలను పూర్తిగా రాయండి.",
      ],
      .summarize: [
        "ఈ సన్నివేశాన్ని క్లుప్తంగా చెప్పండి.", "ఈ సన్నివేశంలో ఏమి జరుగుతుంది? క్లుప్తంగా చెప్పండి.",
        "ఈ సన్నివేశం సారాంశం రాయండి.",
      ],
      .shotList: [
        "ఈ సన్నివేశంలోని షాట్లను జాబితాగా రాయండి.", "ఈ సన్నివేశానికి షాట్ లిస్ట్ రాయండి.",
        "కెమెరా ఏమి చూస్తుందో ఒక్కొక్కటిగా రాయండి.",
      ],
    ],
  ]
}
